import DurableFiles
package import RoostCore
package import SystemPackage

extension ContentHasher {
    /// Hashes the beginning of a file.
    ///
    /// - Parameters:
    ///   - descriptor: The open file.
    ///   - path: The file's path, for errors.
    ///   - count: The number of bytes to hash.
    /// - Returns: The number of hashed bytes; less than `count` if the file is shorter.
    /// - Throws: `RoostError` with code `fileSystem`; `CancellationError`.
    package mutating func update(from descriptor: FileDescriptor, _ path: FilePath, count: Int64) async throws -> Int64 {
        let block = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 16)
        defer { block.deallocate() }
        var offset: Int64 = 0
        while offset < count {
            try Task.checkCancellation()
            let wanted = UnsafeMutableRawBufferPointer(rebasing: block.prefix(Int(min(Int64(block.count), count - offset))))
            let read = try FileSystem.attempt("read", path) { try descriptor.read(fromAbsoluteOffset: offset, into: wanted) }
            guard read > 0 else { break }
            update(UnsafeRawBufferPointer(rebasing: wanted.prefix(read)))
            offset += Int64(read)
            // Hashing a hundred gigabytes takes a minute or more, and other tasks need this thread too.
            await Task.yield()
        }
        return offset
    }

    /// Hashes a part of a file in large reads; blocks the thread.
    ///
    /// - Parameters:
    ///   - descriptor: The open file.
    ///   - path: The file's path, for errors.
    ///   - offset: The beginning of the part.
    ///   - count: The number of bytes in the part.
    /// - Returns: The number of hashed bytes; less than `count` if the file is shorter.
    /// - Throws: `RoostError` with code `fileSystem`.
    package mutating func update(from descriptor: FileDescriptor, _ path: FilePath, at offset: Int64, count: Int64) throws -> Int64 {
        let block = UnsafeMutableRawBufferPointer.allocate(byteCount: Int(min(count, 1 << 20)), alignment: 4096)
        defer { block.deallocate() }
        var done: Int64 = 0
        while done < count {
            let wanted = UnsafeMutableRawBufferPointer(rebasing: block.prefix(Int(min(Int64(block.count), count - done))))
            let read = try FileSystem.attempt("read", path) { try descriptor.read(fromAbsoluteOffset: offset + done, into: wanted) }
            guard read > 0 else { break }
            update(UnsafeRawBufferPointer(rebasing: wanted.prefix(read)))
            done += Int64(read)
        }
        return done
    }

    /// Whether a file on the disk has the size and the digest from the listing.
    ///
    /// - Parameters:
    ///   - path: The file, or a link to it.
    ///   - file: The file from the listing.
    /// - Returns: Whether size and digest match.
    /// - Throws: `RoostError` with code `fileSystem`; `CancellationError`.
    package static func isIntact(_ path: FilePath, _ file: RepositoryFile) async throws -> Bool {
        guard FileSystem.size(of: path) == file.size else { return false }
        let descriptor = try FileSystem.attempt("open", path) { try FileDescriptor.open(path, .readOnly, options: [.closeOnExec]) }
        // Closing a file after reading loses no data.
        defer { try? descriptor.close() }
        var hasher = ContentHasher(like: file.digest, size: file.size)
        return try await hasher.update(from: descriptor, path, count: file.size) == file.size && hasher.digest == file.digest
    }
}

extension ContentDigest {
    /// Returns the SHA-256 of a file's content.
    ///
    /// - Parameter path: The file, or a link to it.
    /// - Returns: The digest.
    /// - Throws: `RoostError` with code `fileSystem`; `CancellationError`.
    @concurrent
    package static func sha256(of path: FilePath) async throws -> ContentDigest {
        let descriptor = try FileSystem.attempt("open", path) { try FileDescriptor.open(path, .readOnly, options: [.closeOnExec]) }
        // Closing a file after reading loses no data.
        defer { try? descriptor.close() }
        var hasher = ContentHasher(like: .sha256(""), size: 0)
        _ = try await hasher.update(from: descriptor, path, count: .max)
        return hasher.digest
    }
}
