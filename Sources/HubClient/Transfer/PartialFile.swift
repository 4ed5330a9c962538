import DurableFiles
import RoostCore
import Synchronization
import SystemPackage

/// A growing blob: an open file with Roost's name for unfinished content, written by several streams and read by one
/// hasher.
///
/// A small file is written from its beginning, so its length is the number of its bytes. A large file gets its full
/// length immediately, and its journal records which bytes are on the disk. All calls block and run on `DiskThreads`.
/// The caller holds the blob's lock, because opening the file already removes unusable content.
final class PartialFile: Sendable {
    let path: FilePath
    let file: RepositoryFile
    private let space: DiskSpace
    let flush: Flush
    let descriptor: SystemPackage.FileDescriptor
    let state: Mutex<State>
    /// Signals that bytes were written.
    let grown = WakeSignal()
    /// Signals that a checkpoint is due.
    let isDue = WakeSignal()
    /// Held during a checkpoint.
    let flushing = Mutex<Void>(())

    struct State {
        var written = RangeSet<Int64>()
        /// The bytes that a stream is writing now.
        var claimed = RangeSet<Int64>()
        var bytes: Int64 = 0
        var length: Int64 = 0
        var journal: TransferJournal
        /// The bytes that would be lost if this process ended now.
        var unnoted: Int64 = 0
        /// The bytes that would be lost in a power cut.
        var unsynced: Int64 = 0
    }

    /// The maximum size of a file without a journal.
    static let largestWithoutJournal: Int64 = 4 << 20
    /// The number of bytes at risk in a power cut at which a checkpoint is due.
    static let checkpointBytes: Int64 = 16 << 20

    /// Waits until a file's bytes are on the disk; throws `RoostError`.
    typealias Flush = @Sendable (SystemPackage.FileDescriptor, FilePath) throws -> Void

    /// Opens or creates the file and determines which bytes it contains; nothing is hashed yet.
    ///
    /// - Parameters:
    ///   - path: The path of the partial file. A symbolic link is not followed, and anything but a regular file is
    ///     refused.
    ///   - file: The final file.
    ///   - space: Determines the missing bytes if the disk is full.
    ///   - flush: Flushes a file to the disk.
    /// - Throws: `RoostError` with code `fileSystem` or `insufficientSpace`.
    init(opening path: FilePath, for file: RepositoryFile, space: DiskSpace, flush: @escaping Flush = FileSystem.flushData) throws {
        // The user's umask determines the mode, as for any file; the blob keeps it.
        descriptor = try FileSystem.attempt("open", path) {
            try SystemPackage.FileDescriptor.open(
                path, .readWrite, options: [.create, .noFollow, .closeOnExec, .nonBlocking], permissions: FilePermissions(rawValue: 0o666))
        }
        self.path = path
        self.file = file
        self.space = space
        self.flush = flush
        state = Mutex(State(journal: TransferJournal(of: file)))
        guard let content = try PartialContent(of: descriptor, path, for: file) else {
            if try stat().size > 0 { try restart() }
            return
        }
        state.withLock { state in
            state.journal = content.journal
            state.written = content.written
            state.bytes = content.written.count64
            state.length = content.length
        }
    }

    deinit {
        // `publish` has flushed all bytes that must be on the disk. The other bytes are verified by their hash before
        // they are used.
        try? descriptor.close()
    }

    /// The number of written bytes.
    var bytes: Int64 { state.withLock { $0.bytes } }

    var isComplete: Bool { bytes == file.size }

    /// The missing bytes.
    var missing: RangeSet<Int64> {
        state.withLock { state in
            var missing = RangeSet(0..<file.size)
            missing.subtract(state.written)
            return missing
        }
    }

    /// The number of bytes that are not reserved on the disk yet. If this cannot be determined, all missing bytes
    /// count.
    var unreserved: Int64 { max(0, file.size - max(bytes, hasJournal ? (try? stat())?.sizeAllocated ?? 0 : 0)) }

    /// The bytes that would survive a power cut: pairs of first byte and the byte after the last.
    var synced: [[Int64]] { state.withLock { $0.journal.synced } }

    /// The known digests of the file's beginnings.
    var marks: [String] { state.withLock { $0.journal.marks } }

    /// The end of the written range that contains an offset.
    func end(ofRunAt offset: Int64) -> Int64 {
        state.withLock { state in state.written.ranges.first { $0.contains(offset) }?.upperBound ?? offset }
    }

    /// Reserves disk blocks for the missing bytes and the journal, so that a full disk is detected now and not later.
    ///
    /// - Throws: `RoostError` with code `insufficientSpace` or `fileSystem`.
    func reserve() throws {
        guard hasJournal else { return }
        let length = TransferJournal.fileLength(size: file.size)
        // This comes first, because a file with the length of the content counts as complete.
        try FileSystem.attempt("extend", path) { try descriptor.resize(to: length) }
        state.withLock { $0.length = length }
        for range in Array(missing.ranges) + [file.size..<length] {
            if let failure = space.allocate(descriptor, range), failure.meansFullDisk { throw full(failure) }
        }
    }

    /// Reads written bytes.
    ///
    /// - Returns: The number of bytes; less than requested only at the end of the file.
    func read(at offset: Int64, into space: UnsafeMutableRawBufferPointer) throws -> Int {
        try FileSystem.attempt("read", path) { try descriptor.read(fromAbsoluteOffset: offset, into: space) }
    }

    /// Hashes written bytes.
    ///
    /// - Returns: Whether the file contains all of them.
    func hash(from start: Int64, to end: Int64, into hasher: inout ContentHasher) throws -> Bool {
        try withUnsafeTemporaryAllocation(byteCount: 64 << 10, alignment: 4096) { block in
            var offset = start
            while offset < end {
                let wanted = UnsafeMutableRawBufferPointer(rebasing: block.prefix(Int(min(Int64(block.count), end - offset))))
                let count = try read(at: offset, into: wanted)
                guard count > 0 else { return false }
                hasher.update(UnsafeRawBufferPointer(rebasing: wanted.prefix(count)))
                offset += Int64(count)
            }
            return true
        }
    }

    /// Marks wrong bytes as missing, and drops the marks after them. A mark may be the wrong one of the two, if an earlier
    /// run received wrong bytes; the digest of the whole file decides then.
    func forget(_ range: Range<Int64>) {
        let mark = Int(range.lowerBound / TransferJournal.markInterval(size: file.size))
        state.withLock { state in
            state.written.remove(contentsOf: range)
            state.bytes = state.written.count64
            state.journal.forget(range, marksFrom: mark)
        }
    }

    /// Records the digest of the file up to a mark.
    func mark(_ index: Int, _ digest: ContentDigest) {
        state.withLock { if $0.journal.marks.count == index { $0.journal.marks.append(digest.description) } }
    }

    var hasJournal: Bool { file.size > Self.largestWithoutJournal }

    /// Drops all bytes.
    ///
    /// - Throws: `RoostError` with code `fileSystem`.
    func restart() throws {
        try FileSystem.attempt("empty", path) { try descriptor.resize(to: 0) }
        state.withLock { $0 = State(journal: TransferJournal(of: file)) }
    }

    /// Gives the file its final name, which is unique to its content. The folder is not flushed.
    ///
    /// - Parameters:
    ///   - digest: The digest of the complete file, as read from the disk.
    ///   - blob: The final name, in the same folder.
    /// - Throws: `RoostError` with code `digestMismatch`, after deleting the bytes; `fileSystem` or `insufficientSpace`.
    func publish(_ digest: ContentDigest, as blob: FilePath) throws {
        try requireUntouched()
        guard digest == file.digest else {
            try discard()
            throw file.wrongBytes(digest)
        }
        // The journal is removed; from now on the file consists of its content only.
        if try stat().size != file.size { try FileSystem.attempt("cut", path) { try descriptor.resize(to: file.size) } }
        do {
            try flush(descriptor, path)
        } catch {
            flushing.withLock { _ in distrust() }
            throw error
        }
        try FileSystem.move(path, to: blob)
    }

    /// Deletes the file.
    ///
    /// - Throws: `RoostError` with code `fileSystem`.
    func discard() throws { try FileSystem.remove(path) }

    /// Throws if another program has changed the file's length, because its content is then damaged too.
    func requireUntouched() throws {
        let expected = state.withLock { $0.length }
        guard try stat().size < expected else { return }
        try discard()
        throw changedByOthers
    }

    /// The error for a file that another program changed.
    var changedByOthers: RoostError {
        RoostError(
            .sizeMismatch,
            "\(path) was changed by another program while it was written. It was deleted and is downloaded again. Do not change files in this folder."
        )
    }

    /// The error for a disk that is full.
    func full(_ failure: Errno) -> RoostError {
        space.filledUp(
            needed: file.size - bytes, in: path.removingLastComponent(), name: file.path.description.quotedForPeople, cause: failure)
    }

    private func stat() throws -> Stat { try FileSystem.attempt("examine", path) { try descriptor.stat() } }
}

extension RangeSet<Int64> {
    /// The total number of bytes in these ranges.
    var count64: Int64 { ranges.reduce(0) { $0 + ($1.upperBound - $1.lowerBound) } }
}
