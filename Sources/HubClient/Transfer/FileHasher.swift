import RoostCore

/// Follows the streams through a partial file and hashes what is on the disk, in order: what the network brought, and what an earlier run left.
///
/// Hashing what the file holds, not what was received, means that a disk which lost bytes is found out before the file gets its name.
struct FileHasher: Sendable {
    /// How the way through the file ended.
    enum Finding: Sendable {
        /// Everything was read; this is the digest.
        case digest(ContentDigest)
        /// These bytes are not the ones that an earlier run wrote.
        case damaged(Range<Int64>)
    }

    private let partial: PartialFile
    private let disk: DiskThreads
    private var hasher: ContentHasher
    private var offset: Int64 = 0
    private var atLastMark: (offset: Int64, hasher: ContentHasher)
    private let markInterval: Int64
    private let onHashed: @Sendable (Int64) -> Void

    /// Hashed at once: some milliseconds of one thread.
    private static let step: Int64 = 4 << 20

    /// - Parameters:
    ///   - partial: The file.
    ///   - disk: Who reads it.
    ///   - onHashed: Hears how far the file is hashed, as long as that is not its end; and how far it was good when it is damaged.
    init(_ partial: PartialFile, disk: DiskThreads, onHashed: @escaping @Sendable (Int64) -> Void) {
        self.onHashed = onHashed
        self.partial = partial
        self.disk = disk
        hasher = ContentHasher(like: partial.file.digest, size: partial.file.size)
        atLastMark = (0, hasher)
        markInterval = TransferJournal.markInterval(size: partial.file.size)
    }

    /// Hashes until the end of the file, waiting for bytes that are not here yet.
    ///
    /// - Returns: What was found. After damage, another call goes on from the last mark before it.
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

    /// At a mark: compares with what an earlier run found here, or notes what this one finds.
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
