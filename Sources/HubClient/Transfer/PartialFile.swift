import NIOCore
import RoostCore
import Synchronization
import SystemPackage

/// A blob that grows: an open file with our name for unfinished content, written by several streams at a time and read by one hasher.
///
/// A small one is written from its beginning, so its length tells what is here. A large one is given its whole length at once and says in its
/// journal which of its bytes are on the disk. All calls block; `DiskThreads` runs them. The caller holds the blob's lock: opening the file already
/// drops what is of no use in it.
final class PartialFile: Sendable {
    let path: FilePath
    let file: RepositoryFile
    private let space: DiskSpace
    let flush: Flush
    let descriptor: SystemPackage.FileDescriptor
    let state: Mutex<State>
    /// Given whenever bytes were written.
    let grown = WakeSignal()
    /// Given when it is time for a checkpoint.
    let isDue = WakeSignal()
    /// Held by whoever makes a checkpoint.
    let flushing = Mutex<Void>(())

    struct State {
        var written = RangeSet<Int64>()
        var bytes: Int64 = 0
        var length: Int64 = 0
        var journal: TransferJournal
        /// Bytes that the end of this process would cost.
        var unnoted: Int64 = 0
        /// Bytes that a power cut would cost.
        var unsynced: Int64 = 0
    }

    /// A file up to this size has no journal.
    static let largestWithoutJournal: Int64 = 4 << 20
    /// The end of the process may cost so many bytes, and what arrives in a quarter of a second at the most.
    private static let mostUnnoted: Int64 = 2 << 20
    /// A checkpoint is due when a power cut would cost so many bytes.
    static let checkpointBytes: Int64 = 16 << 20
    /// Whoever would risk more waits for the disk.
    private static let mostUnsynced: Int64 = 48 << 20

    /// Waits until a file's bytes are on the disk; throws `RoostError`.
    typealias Flush = @Sendable (SystemPackage.FileDescriptor, FilePath) throws -> Void

    /// Opens or makes the file and finds out what of it is here; nothing is hashed yet.
    ///
    /// - Parameters:
    ///   - path: Where it grows. A symbolic link there is not followed, and anything but a regular file is refused.
    ///   - file: What it is to become.
    ///   - space: Finds out what is missing when the disk is full.
    ///   - flush: Waits for the disk.
    /// - Throws: `RoostError` with code `fileSystem` or `insufficientSpace`.
    init(opening path: FilePath, for file: RepositoryFile, space: DiskSpace, flush: @escaping Flush = FileSystem.flushData) throws {
        // The user's umask decides the mode, as for any file; the blob keeps it.
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
        // What must be on disk has been flushed by `publish`; the rest is checked by its hash when it is used again.
        try? descriptor.close()
    }

    /// How many bytes are written.
    var bytes: Int64 { state.withLock { $0.bytes } }

    var isComplete: Bool { bytes == file.size }

    /// The bytes that are not here.
    var missing: RangeSet<Int64> {
        state.withLock { state in
            var missing = RangeSet(0..<file.size)
            missing.subtract(state.written)
            return missing
        }
    }

    /// How many bytes the disk has yet to find room for. What cannot be found out counts as not reserved.
    var unreserved: Int64 { max(0, file.size - max(bytes, hasJournal ? (try? stat())?.sizeAllocated ?? 0 : 0)) }

    /// The bytes that a power cut would leave: pairs of first byte and the byte after the last.
    var synced: [[Int64]] { state.withLock { $0.journal.synced } }

    /// What the file's beginnings hash to, as far as that is known.
    var marks: [String] { state.withLock { $0.journal.marks } }

    /// Where the run of written bytes ends that begins at an offset.
    func end(ofRunAt offset: Int64) -> Int64 {
        state.withLock { state in state.written.ranges.first { $0.contains(offset) }?.upperBound ?? offset }
    }

    /// Reserves the disk's blocks for what is missing, and room for the journal, so that the disk is full now or never.
    ///
    /// - Throws: `RoostError` with code `insufficientSpace` or `fileSystem`.
    func reserve() throws {
        guard hasJournal else { return }
        let length = TransferJournal.fileLength(size: file.size)
        // First of all: a file of the content's own length counts as whole.
        try FileSystem.attempt("extend", path) { try descriptor.resize(to: length) }
        state.withLock { $0.length = length }
        for range in Array(missing.ranges) + [file.size..<length] {
            if let failure = space.allocate(descriptor, range), failure.meansFullDisk { throw full(failure) }
        }
    }

    /// Writes some bytes.
    ///
    /// - Parameters:
    ///   - buffers: The bytes, in order.
    ///   - offset: Where the first of them belongs.
    /// - Throws: `RoostError` with code `fileSystem`, or `insufficientSpace` naming the missing bytes.
    func write(_ buffers: [ByteBuffer], at offset: Int64) throws {
        try requireUntouched()
        var end = offset
        do {
            for buffer in buffers {
                _ = try buffer.withUnsafeReadableBytes { try descriptor.writeAll(toAbsoluteOffset: end, $0) }
                end += Int64(buffer.readableBytes)
            }
        } catch let failure as Errno where failure.meansFullDisk {
            throw full(failure)
        } catch {
            _ = try FileSystem.attempt("write", path) { throw error }
        }
        let risked = state.withLock { state in
            state.insert(offset..<end)
            state.length = max(state.length, end)
            return (process: state.unnoted, power: state.unsynced)
        }
        grown.signal()
        guard hasJournal else { return }
        if risked.process >= Self.mostUnnoted { try note() }
        if risked.power >= Self.mostUnsynced { try checkpoint() } else if risked.power >= Self.checkpointBytes { isDue.signal() }
    }

    /// Reads bytes that are written.
    ///
    /// - Returns: How many; fewer than asked for only when the file ends.
    func read(at offset: Int64, into space: UnsafeMutableRawBufferPointer) throws -> Int {
        try FileSystem.attempt("read", path) { try descriptor.read(fromAbsoluteOffset: offset, into: space) }
    }

    /// Hashes bytes that are written.
    ///
    /// - Returns: Whether the file holds them all.
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

    /// Takes bytes for missing that turned out wrong.
    func forget(_ range: Range<Int64>) {
        state.withLock { state in
            state.written.remove(contentsOf: range)
            state.bytes = state.written.count64
        }
    }

    /// Notes what the file hashes to up to a mark.
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

    /// Gives the file its final name, which no other content ever gets. The folder is not flushed.
    ///
    /// - Parameters:
    ///   - digest: What the whole file hashes to, as read from it.
    ///   - blob: The final name, in the same folder.
    /// - Throws: `RoostError` with code `digestMismatch`, after deleting the bytes; `fileSystem` or `insufficientSpace`.
    func publish(_ digest: ContentDigest, as blob: FilePath) throws {
        try requireUntouched()
        guard digest == file.digest else {
            try discard()
            throw file.wrongBytes(digest)
        }
        // The journal goes; from here on the file is its content and nothing else.
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

    /// Another program that cuts or extends the file has also spoilt it.
    private func requireUntouched() throws {
        let expected = state.withLock { $0.length }
        guard try stat().size < expected else { return }
        try discard()
        throw changedByOthers
    }

    /// The error for a file that somebody else wrote to.
    var changedByOthers: RoostError {
        RoostError(
            .sizeMismatch,
            "\(path) was changed by another program while it was written. It was deleted and is fetched again; leave the folder alone.")
    }

    private func full(_ failure: Errno) -> RoostError {
        space.filledUp(
            needed: file.size - bytes, in: path.removingLastComponent(), name: file.path.description.quotedForPeople, cause: failure)
    }

    private func stat() throws -> Stat { try FileSystem.attempt("examine", path) { try descriptor.stat() } }
}

extension PartialFile.State {
    fileprivate mutating func insert(_ range: Range<Int64>) {
        written.insert(contentsOf: range)
        let now = written.count64
        unnoted += now - bytes
        unsynced += now - bytes
        bytes = now
    }
}

extension RangeSet<Int64> {
    /// How many bytes these ranges have together.
    var count64: Int64 { ranges.reduce(0) { $0 + ($1.upperBound - $1.lowerBound) } }
}
