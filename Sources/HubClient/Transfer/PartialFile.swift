import NIOCore
import RoostCore
import SystemPackage

/// A blob that grows: an open file with our name for unfinished content, and the running hash of what is in it.
struct PartialFile: ~Copyable {
    let path: FilePath
    let file: RepositoryFile
    private let space: DiskSpace
    private let descriptor: SystemPackage.FileDescriptor
    private var hasher: ContentHasher
    /// How many bytes are written and hashed.
    private(set) var offset: Int64 = 0

    /// Opens or makes the file; nothing is hashed yet.
    ///
    /// - Parameters:
    ///   - path: Where it grows. A symbolic link there is not followed, and anything but a regular file is refused.
    ///   - file: What it is to become.
    ///   - space: Finds out what is missing when the disk is full.
    /// - Returns: The file, at offset 0.
    /// - Throws: `RoostError` with code `fileSystem` or `insufficientSpace`.
    static func open(_ path: FilePath, for file: RepositoryFile, space: DiskSpace) throws -> PartialFile {
        // The user's umask decides the mode, as for any file; the blob keeps it.
        let descriptor = try FileSystem.attempt("open", path) {
            try SystemPackage.FileDescriptor.open(
                path, .readWrite, options: [.create, .noFollow, .closeOnExec, .nonBlocking], permissions: FilePermissions(rawValue: 0o666))
        }
        let partial = PartialFile(path: path, file: file, space: space, descriptor: descriptor)
        guard try partial.stat().type == .regular else {
            throw RoostError(.fileSystem, "\(path) is in the way: it is not a regular file. Remove it and try again.")
        }
        return partial
    }

    private init(path: FilePath, file: RepositoryFile, space: DiskSpace, descriptor: SystemPackage.FileDescriptor) {
        self.path = path
        self.file = file
        self.space = space
        self.descriptor = descriptor
        self.hasher = ContentHasher(like: file.digest, size: file.size)
    }

    deinit {
        // What must be on disk has been flushed by `publish`; the rest is checked by its hash when it is used again.
        try? descriptor.close()
    }

    var isComplete: Bool { offset == file.size }

    /// Whether the bytes so far hash to the promised digest.
    var matches: Bool { hasher.digest == file.digest }

    var digest: ContentDigest { hasher.digest }

    /// Hashes what an earlier attempt left. More than the file's size, or all of it with the wrong digest, is worth nothing and is dropped.
    ///
    /// - Throws: `RoostError` with code `fileSystem`; `CancellationError`.
    mutating func takeUpExisting() async throws {
        let present = try stat().size
        guard present <= file.size else { return try restart() }
        offset = try await hasher.update(from: descriptor, path, count: present)
        guard offset == present else { return try restart() }
        if isComplete, !matches { try restart() }
    }

    /// Drops all bytes.
    ///
    /// - Throws: `RoostError` with code `fileSystem`.
    mutating func restart() throws {
        try FileSystem.attempt("empty", path) { try descriptor.resize(to: 0) }
        hasher = ContentHasher(like: file.digest, size: file.size)
        offset = 0
    }

    /// Writes and hashes the next bytes, and empties the buffer.
    ///
    /// - Throws: `RoostError` with code `fileSystem`, or `insufficientSpace` naming the missing bytes.
    mutating func append(_ batch: inout ByteBuffer) throws {
        guard batch.readableBytes > 0 else { return }
        try requireUntouched()
        do {
            try batch.withUnsafeReadableBytes { bytes in
                _ = try descriptor.writeAll(toAbsoluteOffset: offset, bytes)
                hasher.update(bytes)
            }
        } catch let failure as Errno where failure.meansFullDisk {
            throw space.filledUp(
                needed: file.size - offset, in: path.removingLastComponent(), name: file.path.description.quotedForPeople, cause: failure)
        } catch {
            _ = try FileSystem.attempt("write", path) { throw error }
        }
        offset += Int64(batch.readableBytes)
        batch.clear()
    }

    /// Gives the verified file its final name, which no other content ever gets.
    ///
    /// - Parameter blob: The final name, in the same folder.
    /// - Throws: `RoostError` with code `digestMismatch`, after deleting the bytes; `fileSystem` or `insufficientSpace`.
    func publish(as blob: FilePath) throws {
        try requireUntouched()
        guard isComplete, matches else {
            try discard()
            throw RoostError(
                .digestMismatch,
                "The downloaded bytes of \(file.path.description.quotedForPeople) are not the ones the Hub promised: expected \(file.digest), got \(digest). They were deleted; try again, and check HF_ENDPOINT if it happens again."
            )
        }
        try FileSystem.flush(descriptor, path)
        try FileSystem.move(path, to: blob)
        try FileSystem.flushFolder(blob.removingLastComponent())
    }

    /// Deletes the file.
    ///
    /// - Throws: `RoostError` with code `fileSystem`.
    func discard() throws { try FileSystem.remove(path) }

    /// The digest is that of the bytes received; it is the file's too only while nobody else writes to it.
    private func requireUntouched() throws {
        guard try stat().size != offset else { return }
        try discard()
        throw RoostError(
            .digestMismatch,
            "\(path) was changed by another program while it was written. It was deleted and is fetched again; leave the folder alone.")
    }

    private func stat() throws -> Stat { try FileSystem.attempt("examine", path) { try descriptor.stat() } }
}
