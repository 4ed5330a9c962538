import RoostCore

/// Hashes a partial file in order while streams write it: the downloaded bytes, and those of an earlier run.
///
/// It reads the bytes from the file, not from the network, so that bytes lost by the disk are detected before the file
/// gets its name.
struct FileHasher: Sendable {
    /// The result of hashing.
    enum Finding: Sendable {
        /// The digest of the complete file.
        case digest(ContentDigest)
        /// These bytes differ from those that an earlier run wrote.
        case damaged(Range<Int64>)
    }

    private let partial: PartialFile
    private let disk: DiskThreads
    private var hasher: ContentHasher
    private var offset: Int64 = 0
    private var atLastMark: (offset: Int64, hasher: ContentHasher)
    private let markInterval: Int64
    private let onHashed: @Sendable (Int64) -> Void

    /// The number of bytes that are hashed at a time: some milliseconds of one thread.
    private static let step: Int64 = 4 << 20

    /// - Parameters:
    ///   - partial: The file.
    ///   - disk: The threads for reading.
    ///   - onHashed: Receives the number of hashed bytes, except at the end of the file. After damage it receives the
    ///     number of correct bytes.
    init(_ partial: PartialFile, disk: DiskThreads, onHashed: @escaping @Sendable (Int64) -> Void) {
        self.onHashed = onHashed
        self.partial = partial
        self.disk = disk
        hasher = ContentHasher(like: partial.file.digest, size: partial.file.size)
        atLastMark = (0, hasher)
        markInterval = TransferJournal.markInterval(size: partial.file.size)
    }

    /// Hashes to the end of the file, waiting for missing bytes.
    ///
    /// - Returns: The result. After damage, another call continues from the last mark before it.
    /// - Throws: `RoostError` with code `fileSystem`; `CancellationError`.
    mutating func follow() async throws -> Finding {
        while offset < partial.file.size {
            try Task.checkCancellation()
            let available = partial.end(ofRunAt: offset)
            guard available > offset else {
                await partial.grown.next()
                continue
            }
            try await hash(upTo: min(available, offset + Self.step, nextMark))
            if offset == nextMark, let damaged = try checkMark() {
                onHashed(offset)
                return .damaged(damaged)
            }
            if offset < partial.file.size { onHashed(offset) }
        }
        return .digest(hasher.digest)
    }

    private var nextMark: Int64 { atLastMark.offset + markInterval }

    private mutating func hash(upTo end: Int64) async throws {
        hasher = try await disk.run { [partial, start = offset, hasher] in
            var hasher = hasher
            guard try partial.hash(from: start, to: end, into: &hasher) else { throw partial.changedByOthers }
            return hasher
        }
        offset = end
    }

    /// Compares the digest at a mark with that of an earlier run, or records it.
    private mutating func checkMark() throws -> Range<Int64>? {
        let index = Int(offset / markInterval) - 1
        let known = partial.marks
        guard index >= known.count || known[index] == hasher.digest.description else {
            let damaged = atLastMark.offset..<offset
            (offset, hasher) = atLastMark
            return damaged
        }
        partial.mark(index, hasher.digest)
        atLastMark = (offset, hasher)
        return nil
    }
}
