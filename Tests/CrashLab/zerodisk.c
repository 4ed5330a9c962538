// A disk on which zeros cost nothing, for one process (Linux, LD_PRELOAD): a file of a hundred gigabytes of zeros can be downloaded for real, byte
// by byte, hashed and flushed, on a disk that has no room for it. Writes of nothing but zeros only move the file's end, reserving blocks does
// nothing, and the disk says that it has a petabyte free. A hole reads as zeros, so a reader of the file gets the bytes that were written.

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

static int is_zero(const unsigned char *bytes, size_t count) { return count == 0 || (bytes[0] == 0 && memcmp(bytes, bytes + 1, count - 1) == 0); }

// Where something was written before, zeros are bytes as any other.
static int is_hole(int descriptor, off64_t start, off64_t end) {
    off64_t data = lseek64(descriptor, start, SEEK_DATA);
    return data < 0 ? errno == ENXIO : data >= end;
}

ssize_t pwrite64(int descriptor, const void *bytes, size_t count, off64_t offset) {
    off64_t end = offset + (off64_t)count;
    struct stat status;
    if (count < 4096 || !is_zero(bytes, count) || fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode) || !is_hole(descriptor, offset, end))
        return syscall(SYS_pwrite64, descriptor, bytes, count, offset);
    if (end > status.st_size && ftruncate64(descriptor, end) != 0) return -1;
    return (ssize_t)count;
}

ssize_t pwrite(int descriptor, const void *bytes, size_t count, off_t offset) { return pwrite64(descriptor, bytes, count, offset); }

int fallocate64(int descriptor, int mode, off64_t offset, off64_t length) {
    (void)descriptor, (void)mode, (void)offset, (void)length;
    return 0;
}

int fallocate(int descriptor, int mode, off_t offset, off_t length) { return fallocate64(descriptor, mode, offset, length); }

int statvfs64(const char *path, struct statvfs64 *status) {
    int (*next)(const char *, struct statvfs64 *) = (int (*)(const char *, struct statvfs64 *))dlsym(RTLD_NEXT, "statvfs64");
    int result = next(path, status);
    if (result == 0) status->f_bavail = status->f_bfree = status->f_blocks = (1ULL << 50) / status->f_frsize;
    return result;
}

int statvfs(const char *path, struct statvfs *status) { return statvfs64(path, (struct statvfs64 *)status); }
