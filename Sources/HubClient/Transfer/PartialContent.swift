import RoostCore
import SystemPackage

/// What a partial file holds. It is found out by reading alone, so that a question needs no lock and changes nothing under a transfer that goes on
/// meanwhile; only the holder of the blob's lock repairs what is of no use.
struct PartialContent: Sendable {
    /// The bytes that are there; not verified yet.
    let written: RangeSet<Int64>
    /// The file's length, with its journal.
    let length: Int64
    let journal: TransferJournal

    /// Looks into an open file; `nil` when nothing is there that can be used.
    ///
    /// - Parameters:
    ///   - descriptor: The file, open for reading.
    ///   - path: Its name, for errors.
    ///   - file: What it is to become.
    /// - Throws: `RoostError` with code `fileSystem`, also for what is not a regular file.
    init?(of descriptor: FileDescriptor, _ path: FilePath, for file: RepositoryFile) throws {
        let stat = try FileSystem.attempt("examine", path) { try descriptor.stat() }
        guard stat.type == .regular else {
            throw RoostError(.fileSystem, "\(path) is in the way: it is not a regular file. Remove it and try again.")
        }
        length = stat.size
        let hasJournal = file.size > PartialFile.largestWithoutJournal
        if hasJournal, length == TransferJournal.fileLength(size: file.size) {
            guard let found = try Self.newestJournal(in: descriptor, path, of: file) else { return nil }
            journal = found
            written = found.present(in: SystemSession.current)
        } else if hasJournal ? length == file.size : (1...file.size).contains(length) {
            // A small file is written from its beginning. A large one without its journal was whole, and about to get its name.
            journal = TransferJournal(of: file)
            written = RangeSet(0..<length)
        } else {
            return nil
        }
    }

    /// How many bytes of a file are in a partial one; for planning.
    ///
    /// - Parameters:
    ///   - path: The partial file, which need not be there.
    ///   - file: What it is to become.
    /// - Returns: 0 to the file's size, in bytes.
    static func bytes(at path: FilePath, of file: RepositoryFile) -> Int64 {
        guard let descriptor = try? FileDescriptor.open(path, .readOnly, options: [.noFollow, .closeOnExec, .nonBlocking]) else { return 0 }
        // Closing what was only read cannot lose anything.
        defer { try? descriptor.close() }
        return (try? PartialContent(of: descriptor, path, for: file))?.written.count64 ?? 0
    }

    private static func newestJournal(in descriptor: FileDescriptor, _ path: FilePath, of file: RepositoryFile) throws -> TransferJournal? {
        var slot = [UInt8](repeating: 0, count: TransferJournal.slotSize)
        let found = try (UInt64(0)...1).compactMap { turn in
            let offset = TransferJournal.slotOffset(sequence: turn, size: file.size)
            let count = try FileSystem.attempt("read", path) {
                try slot.withUnsafeMutableBytes { try descriptor.read(fromAbsoluteOffset: offset, into: $0) }
            }
            return TransferJournal(slot: Array(slot.prefix(count)), of: file)
        }
        return found.max { $0.sequence < $1.sequence }
    }
}
