import Hashing
import RoostCore

/// Computes a file's digest in the form of the Hub.
enum FileDigester {
    /// Reads the whole file on threads that may block, 32 MiB at a time. When the task is cancelled, it stops before
    /// the next piece.
    ///
    /// - Parameters:
    ///   - file: The open file.
    ///   - isLarge: Whether the Hub would store the file in LFS.
    ///   - onHashed: Receives the number of bytes hashed.
    /// - Returns: The digest of the bytes read; the caller checks `file.hasChanged` afterwards.
    /// - Throws: `Errno` and `CancellationError`.
    static func digest(of file: OpenFile, isLarge: Bool, onHashed: @Sendable (Int64) -> Void = { _ in }) async throws -> ContentDigest {
        isLarge
            ? .sha256(try await hash(file, with: SHA256(), onHashed))
            : .gitSHA1(try await hash(file, with: GitObject.blobHasher(size: file.stamp.size), onHashed))
    }

    private static func hash<Hash: HashFunction>(
        _ file: OpenFile, with start: Hash, _ onHashed: @Sendable (Int64) -> Void
    ) async throws -> String {
        var hasher = start
        var offset: Int64 = 0
        while offset < file.stamp.size {
            try Task.checkCancellation()
            let (next, count) = try await FileThreads.run { [hasher, offset] in
                try update(hasher, from: file, at: offset)
            }
            // The file became shorter during reading.
            if count == 0 { break }
            hasher = next
            offset += Int64(count)
            onHashed(offset)
        }
        return hasher.finalize().hexadecimal
    }

    private static func update<Hash: HashFunction>(_ start: Hash, from file: OpenFile, at offset: Int64) throws -> (Hash, Int) {
        let space = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 16)
        defer { space.deallocate() }
        var hasher = start
        var done = 0
        while done < 32 << 20 {
            let count = try file.read(at: offset + Int64(done), into: space)
            if count == 0 { break }
            hasher.update(bufferPointer: UnsafeRawBufferPointer(rebasing: space[..<count]))
            done += count
        }
        return (hasher, done)
    }
}
