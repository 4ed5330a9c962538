// A disk that can be watched and that can fail, for one folder of one process (Linux, LD_PRELOAD).
//
// FAULTDISK_ROOT    the folder, absolute and without symbolic links. Without it nothing is touched.
// FAULTDISK_LOG     POWER LOG: every change below the folder, every fsync, and every line the process says on its standard output is appended
//                   here in the order it happened. A reader can work out what the disk may hold after a power cut at any point of the log.
//                   Each record is one write(2), so that kill -9 tears at most the last one.
// FAULTDISK_FAULT   FAULTS: "KIND:N:ERROR[:persistent]" fails the Nth call of a kind (write sync truncate open unlink rename), and with
//                   "persistent" every later one, with EIO or ENOSPC. With KILL the process ends by SIGKILL instead. A write that fails leaves
//                   half of its bytes behind, as a torn one does. Hard links count as renames: both give a file a name.
// FAULTDISK_REPORT  a file that gets one line when the fault first strikes.
//
// All calls go straight to the kernel. One lock covers a call and its record: the order of the log is the order of the changes.

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum { DESCRIPTORS = 65536 };
// What a descriptor leads to. The shared-memory file beside a database can fail but is never logged: it is memory, and rebuilt after a cut.
enum watch { ELSEWHERE = 0, LOGGED, SHARED_MEMORY };
enum kind { WRITE, SYNC, TRUNCATE, OPEN, UNLINK, RENAME, KINDS };
enum { KILL = -1 };
static const char *const kind_names[KINDS] = {"write", "sync", "truncate", "open", "unlink", "rename"};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static unsigned char watched[DESCRIPTORS];
static char root[PATH_MAX];
static size_t root_length;
static int log_descriptor = -1;
static enum kind fault_kind = KINDS;
static long fault_number, calls;
static int fault_error, fault_is_persistent;

// One record of the log; `PowerLog.swift` reads it. Little-endian, 24 bytes, then `length` bytes of payload.
struct record {
    uint8_t kind;  // O open, W write, T truncate, S sync, X sync that failed, U unlink, R rename, N hard link, A said on standard output
    uint8_t zero[3];
    int32_t descriptor;
    int64_t place;  // the offset of a write, the length of a truncate; for an open 1 for a folder, else 0
    uint32_t length;
    uint32_t check;  // 0x6b736964 ("disk"): a reader that lost its place notices
};

static void give_up(const char *what) {
    char text[256];
    int length = snprintf(text, sizeof text, "faultdisk: %s: %s\n", what, strerror(errno));
    syscall(SYS_write, 2, text, length);
    abort();
}

__attribute__((constructor)) static void set_up(void) {
    const char *folder = getenv("FAULTDISK_ROOT"), *log = getenv("FAULTDISK_LOG"), *fault = getenv("FAULTDISK_FAULT");
    if (!folder) return;
    snprintf(root, sizeof root, "%s", folder);
    root_length = strlen(root);
    // This process and none that it starts: their words on standard output are not its own.
    unsetenv("FAULTDISK_ROOT");
    if (log) {
        log_descriptor = syscall(SYS_openat, AT_FDCWD, log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
        if (log_descriptor < 0) give_up(log);
    }
    if (!fault) return;
    char name[16], error[16], how[16] = "";
    if (sscanf(fault, "%15[^:]:%ld:%15[^:]:%15s", name, &fault_number, error, how) < 3) give_up("FAULTDISK_FAULT is KIND:N:ERROR[:persistent]");
    for (int i = 0; i < KINDS; i++)
        if (!strcmp(name, kind_names[i])) fault_kind = i;
    fault_error = !strcmp(error, "EIO") ? EIO : !strcmp(error, "ENOSPC") ? ENOSPC : !strcmp(error, "KILL") ? KILL : 0;
    fault_is_persistent = !strcmp(how, "persistent");
    if (fault_kind == KINDS || !fault_error || fault_number < 1) give_up("FAULTDISK_FAULT is KIND:N:ERROR[:persistent]");
}

// Everything below runs with the lock held, the functions of libc at the end excepted, which take it.

static void note(uint8_t kind, int descriptor, int64_t place, const void *data, size_t length) {
    if (log_descriptor < 0) return;
    struct record head = {.kind = kind, .descriptor = descriptor, .place = place, .length = (uint32_t)length, .check = 0x6b736964};
    struct iovec parts[2] = {{&head, sizeof head}, {(void *)data, length}};
    if (syscall(SYS_writev, log_descriptor, parts, 2) != (ssize_t)(sizeof head + length)) give_up("the log could not be written");
}

static enum watch watch_of(int descriptor) { return descriptor >= 0 && descriptor < DESCRIPTORS ? watched[descriptor] : ELSEWHERE; }

// The path below the root ("" for the root itself), or NULL for a path elsewhere. `buffer` has PATH_MAX bytes.
static const char *below_root(int folder, const char *path, char *buffer) {
    if (!root_length) return NULL;
    char base[PATH_MAX] = "";
    if (path[0] != '/') {
        char link[64] = "/proc/self/cwd";
        if (folder != AT_FDCWD) snprintf(link, sizeof link, "/proc/self/fd/%d", folder);
        ssize_t length = readlink(link, base, sizeof base - 1);
        if (length < 0) return NULL;
        base[length] = 0;
    }
    if (snprintf(buffer, PATH_MAX, "%s%s%s", base, base[0] ? "/" : "", path) >= PATH_MAX) return NULL;
    if (strncmp(buffer, root, root_length)) return NULL;
    if (buffer[root_length] == 0) return buffer + root_length;
    return buffer[root_length] == '/' ? buffer + root_length + 1 : NULL;
}

static int is_shared_memory(const char *path) {
    size_t length = strlen(path);
    return length > 4 && !strcmp(path + length - 4, "-shm");
}

static int fails(enum kind kind, const char *what) {
    if (kind != fault_kind) return 0;
    calls++;
    if (calls < fault_number || (calls > fault_number && !fault_is_persistent)) return 0;
    const char *report = getenv("FAULTDISK_REPORT");
    if (calls == fault_number && report) {
        char text[PATH_MAX + 64];
        int length = snprintf(text, sizeof text, "%s %ld %s\n", kind_names[kind], calls, what);
        int file = syscall(SYS_openat, AT_FDCWD, report, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
        if (file < 0 || syscall(SYS_write, file, text, length) != length) give_up(report);
        syscall(SYS_close, file);
    }
    if (fault_error == KILL && kind != WRITE) kill(getpid(), SIGKILL);
    errno = fault_error;
    return 1;
}

static int do_open(int folder, const char *path, int flags, mode_t mode) {
    char buffer[PATH_MAX];
    const char *name = below_root(folder, path, buffer);
    if (!name) {
        int descriptor = syscall(SYS_openat, folder, path, flags, mode);
        if (descriptor >= 0 && descriptor < DESCRIPTORS) watched[descriptor] = ELSEWHERE;
        return descriptor;
    }
    if (fails(OPEN, name)) return -1;
    int descriptor = syscall(SYS_openat, folder, path, flags, mode);
    if (descriptor < 0) return descriptor;
    if (descriptor >= DESCRIPTORS) give_up("too many open files");
    watched[descriptor] = is_shared_memory(name) ? SHARED_MEMORY : LOGGED;
    if (watched[descriptor] == LOGGED) {
        struct stat status;
        fstat(descriptor, &status);
        note('O', descriptor, S_ISDIR(status.st_mode), name, strlen(name));
        if (flags & O_TRUNC) note('T', descriptor, 0, NULL, 0);
    }
    return descriptor;
}

static ssize_t do_write(int descriptor, const void *data, size_t count, off_t offset, int has_offset) {
    enum watch watch = watch_of(descriptor);
    int wrong = watch != ELSEWHERE && fails(WRITE, "");
    if (wrong) count /= 2;
    if (watch == LOGGED && !has_offset) {
        int appends = fcntl(descriptor, F_GETFL) & O_APPEND;
        offset = syscall(SYS_lseek, descriptor, 0, appends ? SEEK_END : SEEK_CUR);
    }
    // What the parent reads, it may rely on: a line is in the log before it is out.
    if (descriptor == 1) note('A', 1, 0, data, count);
    ssize_t written = has_offset ? syscall(SYS_pwrite64, descriptor, data, count, offset) : syscall(SYS_write, descriptor, data, count);
    if (watch == LOGGED && written > 0) note('W', descriptor, offset, data, written);
    if (!wrong) return written;
    if (fault_error == KILL) kill(getpid(), SIGKILL);
    errno = fault_error;
    return -1;
}

static int do_sync(int descriptor, long call) {
    enum watch watch = watch_of(descriptor);
    if (watch != ELSEWHERE && fails(SYNC, "")) {
        // The kernel reports lost pages once and then calls them clean: they may be gone, whatever a later fsync says.
        if (watch == LOGGED) note('X', descriptor, 0, NULL, 0);
        errno = fault_error;
        return -1;
    }
    int result = syscall(call, descriptor);
    if (watch == LOGGED) note(result == 0 ? 'S' : 'X', descriptor, 0, NULL, 0);
    return result;
}

static int do_truncate(int descriptor, off_t length) {
    enum watch watch = watch_of(descriptor);
    if (watch != ELSEWHERE && fails(TRUNCATE, "")) return -1;
    int result = syscall(SYS_ftruncate, descriptor, length);
    if (watch == LOGGED && result == 0) note('T', descriptor, length, NULL, 0);
    return result;
}

static int do_unlink(int folder, const char *path, int flags) {
    char buffer[PATH_MAX];
    const char *name = below_root(folder, path, buffer);
    if (name && fails(UNLINK, name)) return -1;
    int result = syscall(SYS_unlinkat, folder, path, flags);
    if (name && result == 0 && !is_shared_memory(name)) note('U', -1, 0, name, strlen(name));
    return result;
}

// A rename, or with `is_link` a second name for the same file.
static int do_name(int is_link, int from_folder, const char *from, int to_folder, const char *to, unsigned flags) {
    char from_buffer[PATH_MAX], to_buffer[PATH_MAX], both[2 * PATH_MAX];
    const char *old = below_root(from_folder, from, from_buffer), *new = below_root(to_folder, to, to_buffer);
    if ((old || new) && fails(RENAME, old ? old : new)) return -1;
    int result = syscall(is_link ? SYS_linkat : SYS_renameat2, from_folder, from, to_folder, to, flags);
    if (result != 0 || (!old && !new)) return result;
    if (!old || !new) give_up("a file was moved into or out of the watched folder");
    if (is_shared_memory(old)) return result;
    size_t length = strlen(old) + 1;
    memcpy(both, old, length);
    memcpy(both + length, new, strlen(new));
    note(is_link ? 'N' : 'R', -1, 0, both, length + strlen(new));
    return result;
}

#define LOCKED(type, expression)                 \
    do {                                         \
        pthread_mutex_lock(&lock);               \
        type result = (expression);              \
        int error = errno;                       \
        pthread_mutex_unlock(&lock);             \
        errno = error;                           \
        return result;                           \
    } while (0)

// Programs built for large files call the names with 64; on a 64-bit system they are the same functions.
#define ALSO(name) __attribute__((alias(name)))

static mode_t mode_argument(int flags, va_list arguments) { return flags & (O_CREAT | __O_TMPFILE) ? va_arg(arguments, mode_t) : 0; }

int openat(int folder, const char *path, int flags, ...) {
    va_list arguments;
    va_start(arguments, flags);
    mode_t mode = mode_argument(flags, arguments);
    va_end(arguments);
    LOCKED(int, do_open(folder, path, flags, mode));
}
int open(const char *path, int flags, ...) {
    va_list arguments;
    va_start(arguments, flags);
    mode_t mode = mode_argument(flags, arguments);
    va_end(arguments);
    LOCKED(int, do_open(AT_FDCWD, path, flags, mode));
}
int open64(const char *path, int flags, ...) ALSO("open");
int openat64(int folder, const char *path, int flags, ...) ALSO("openat");

int close(int descriptor) {
    pthread_mutex_lock(&lock);
    if (descriptor >= 0 && descriptor < DESCRIPTORS) watched[descriptor] = ELSEWHERE;
    pthread_mutex_unlock(&lock);
    return syscall(SYS_close, descriptor);
}

// Writes to sockets and pipes do not wait for the disk.
ssize_t write(int descriptor, const void *data, size_t count) {
    if (descriptor != 1 && watch_of(descriptor) == ELSEWHERE) return syscall(SYS_write, descriptor, data, count);
    LOCKED(ssize_t, do_write(descriptor, data, count, 0, 0));
}
ssize_t pwrite(int descriptor, const void *data, size_t count, off_t offset) {
    LOCKED(ssize_t, do_write(descriptor, data, count, offset, 1));
}
ssize_t pwrite64(int descriptor, const void *data, size_t count, off64_t offset) ALSO("pwrite");

int fsync(int descriptor) { LOCKED(int, do_sync(descriptor, SYS_fsync)); }
int fdatasync(int descriptor) { LOCKED(int, do_sync(descriptor, SYS_fdatasync)); }
int ftruncate(int descriptor, off_t length) { LOCKED(int, do_truncate(descriptor, length)); }
int ftruncate64(int descriptor, off64_t length) ALSO("ftruncate");
int unlink(const char *path) { LOCKED(int, do_unlink(AT_FDCWD, path, 0)); }
int unlinkat(int folder, const char *path, int flags) { LOCKED(int, do_unlink(folder, path, flags)); }
int rename(const char *from, const char *to) { LOCKED(int, do_name(0, AT_FDCWD, from, AT_FDCWD, to, 0)); }
int renameat(int from_folder, const char *from, int to_folder, const char *to) {
    LOCKED(int, do_name(0, from_folder, from, to_folder, to, 0));
}
int renameat2(int from_folder, const char *from, int to_folder, const char *to, unsigned flags) {
    LOCKED(int, do_name(0, from_folder, from, to_folder, to, flags));
}
int link(const char *from, const char *to) { LOCKED(int, do_name(1, AT_FDCWD, from, AT_FDCWD, to, 0)); }
int linkat(int from_folder, const char *from, int to_folder, const char *to, int flags) {
    LOCKED(int, do_name(1, from_folder, from, to_folder, to, flags));
}
