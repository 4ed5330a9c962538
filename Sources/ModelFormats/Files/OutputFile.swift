import DurableFiles
import Hashing
import RoostCore
import SystemPackage

/// A file that is written sequentially under a temporary name. It gets its final name when it is complete and on the
/// disk. After a crash, writing continues with the help of a journal beside it:
///
///     model.gguf.roost.incomplete   the bytes so far
///     model.gguf.roost.journal      the identity of the file (a digest), then after each flush the number of parts on disk
final class OutputFile {
    /// The number of parts that were on the disk when the file was opened.
    let finishedParts: Int
    /// The number of bytes so far.
    private(set) var position: Int64
    private let target: FilePath
    private let partial: FilePath
    private let journalPath: FilePath
    private let data: FileDescriptor
    private let journal: FileDescriptor
    private var flushedPosition: Int64

    private let flushInterval: Int64
    /// The hash of all bytes so far, so that the file need not be read again for its digest.
    private var hash = SHA256()

    /// The approximate number of bytes that a crash may lose.
    static let flushInterval: Int64 = 64 << 20

    /// Opens or creates the file.
    ///
    /// - Parameters:
    ///   - target: The final path.
    ///   - identity: A line that identifies the contents. Bytes of a file with another identity are dropped.
    ///   - ends: The position of the end of each part.
    ///   - flushInterval: The approximate number of bytes that a crash may lose.
    /// - Throws: `RoostError` with code `fileSystem`, or `conflict` if another process is writing it.
    init(_ target: FilePath, identity: String, ends: [Int64], flushInterval: Int64 = OutputFile.flushInterval) throws {
        self.target = target
        self.flushInterval = flushInterval
        (partial, journalPath) = Self.temporaryNames(target)
        data = try Self.openLocked(partial, for: target)
        journal = try Self.open(journalPath)
        finishedParts = try Self.finishedParts(journal, data, identity: identity, ends: ends)
        position = finishedParts == 0 ? 0 : ends[finishedParts - 1]
        flushedPosition = position
        try FileSystem.attempt("write", partial) {
            try data.resize(to: position, retryOnInterrupt: true)
            try data.seek(offset: position, from: .start)
            if finishedParts == 0 {
                try journal.resize(to: 0, retryOnInterrupt: true)
                _ = try journal.writeAll("\(identity)\n".utf8)
            }
            try journal.seek(offset: 0, from: .end)
            try hashWhatIsHere()
        }
    }

    deinit {
        // The bytes that count were flushed before.
        try? data.close()
        try? journal.close()
    }

    private func hashWhatIsHere() throws {
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        var place: Int64 = 0
        while place < position {
            let most = Int(min(Int64(buffer.count), position - place))
            let count = try buffer.withUnsafeMutableBytes { try data.read(fromAbsoluteOffset: place, into: .init(rebasing: $0[..<most])) }
            guard count > 0 else { throw Errno.ioError }
            hash.update(data: buffer[..<count])
            place += Int64(count)
        }
    }

    /// Appends bytes.
    func append(_ bytes: [UInt8]) throws {
        hash.update(data: bytes)
        try FileSystem.attempt("write", partial) { _ = try bytes.withUnsafeBytes { try data.writeAll($0) } }
        position += Int64(bytes.count)
    }

    /// Records that a number of parts is written. The parts are flushed to the disk at intervals.
    func finishPart(_ count: Int) throws {
        guard position - flushedPosition >= flushInterval else { return }
        try FileSystem.flush(data, partial)
        try FileSystem.attempt("write", journalPath) { _ = try journal.writeAll("\(count)\n".utf8) }
        flushedPosition = position
    }

    /// Gives the file its final name, after it is on the disk.
    ///
    /// - Returns: The file's sha256.
    func install() throws -> ContentDigest {
        try FileSystem.flush(data, partial)
        try FileSystem.move(partial, to: target)
        try FileSystem.flushFolder(target.folder)
        // The file is complete. A journal that remains is replaced by the next conversion.
        try? FileSystem.remove(journalPath)
        return .sha256(hash.finalize().hexadecimal)
    }

    /// Removes an unfinished file.
    ///
    /// - Parameter target: The final path.
    static func discard(_ target: FilePath) {
        let (partial, journal) = temporaryNames(target)
        for path in [journal, partial] { try? FileSystem.remove(path) }
    }

    private static func temporaryNames(_ target: FilePath) -> (FilePath, FilePath) {
        (FilePath(target.string + ".roost.incomplete"), FilePath(target.string + ".roost.journal"))
    }

    private static func openLocked(_ path: FilePath, for target: FilePath) throws -> FileDescriptor {
        let descriptor = try open(path)
        do {
            if try FileSystem.lock(descriptor, path) { return descriptor }
            throw RoostError(.conflict, "\(target.string.quotedForPeople) is being written by another process. Wait for it, or stop it.")
        } catch {
            try? descriptor.close()
            throw error
        }
    }

    private static func open(_ path: FilePath) throws -> FileDescriptor {
        try FileSystem.attempt("write", path) {
            try FileDescriptor.open(
                path, .readWrite, options: [.create, .noFollow, .closeOnExec], permissions: FilePermissions(rawValue: 0o666))
        }
    }

    /// The number of finished parts in the journal, if it belongs to this file and the bytes exist.
    private static func finishedParts(_ journal: FileDescriptor, _ data: FileDescriptor, identity: String, ends: [Int64]) throws -> Int {
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        let count = try FileSystem.attempt("read", "the journal") {
            try buffer.withUnsafeMutableBytes { try journal.read(fromAbsoluteOffset: 0, into: $0) }
        }
        // A line without an end was being written when the process ended.
        let lines = String(decoding: buffer[..<count], as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false).dropLast()
        guard lines.first == identity[...], let parts = lines.dropFirst().last.flatMap({ Int($0) }), (1...ends.count).contains(parts) else {
            return 0
        }
        let size = try FileSystem.attempt("read", "the unfinished file") { try data.seek(offset: 0, from: .end) }
        return size >= ends[parts - 1] ? parts : 0
    }
}
