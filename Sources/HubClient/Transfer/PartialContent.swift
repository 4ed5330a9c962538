import DurableFiles
import RoostCore
import SystemPackage

/// The content of a partial file. It is determined by reading only, so that a query needs no lock and does not disturb
/// a running transfer. Only the holder of the blob's lock repairs unusable content.
struct PartialContent: Sendable {
    /// The bytes that are written; they are not verified yet.
    let written: RangeSet<Int64>
    /// The length of the file, including its journal.
    let length: Int64
    let journal: TransferJournal

    /// Reads an open file; `nil` if it contains nothing usable.
    ///
    /// - Parameters:
    ///   - descriptor: The file, open for reading.
    ///   - path: The file's path, for errors.
    ///   - file: The final file.
    /// - Throws: `RoostError` with code `fileSystem`, also if it is not a regular file.
    init?(of descriptor: FileDescriptor, _ path: FilePath, for file: RepositoryFile) throws {
        let stat = try FileSystem.attempt("examine", path) { try descriptor.stat() }
        guard stat.type == .regular else {
            throw RoostError(.fileSystem, "\(path) is not a regular file. Remove it and try again.")
        }
        length = stat.size
        let hasJournal = file.size > PartialFile.largestWithoutJournal
        if hasJournal, length == TransferJournal.fileLength(size: file.size) {
            guard let found = try Self.newestJournal(in: descriptor, path, of: file) else { return nil }
            journal = found
            written = found.present(in: SystemSession.current)
        } else if hasJournal ? length == file.size : length >= 1 && length <= file.size {
            // A small file is written from its beginning. A large one without its journal was complete and about to get
            // its final name.
            journal = TransferJournal(of: file)
            written = RangeSet(0..<length)
        } else {
            return nil
        }
    }

    /// Returns the number of bytes in a partial file; for planning.
    ///
    /// - Parameters:
    ///   - path: The partial file, which may not exist.
    ///   - file: The final file.
    /// - Returns: A number of bytes from 0 to the file's size.
    static func bytes(at path: FilePath, of file: RepositoryFile) -> Int64 {
        guard let descriptor = try? FileDescriptor.open(path, .readOnly, options: [.noFollow, .closeOnExec, .nonBlocking]) else { return 0 }
        // Closing a file after reading loses no data.
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
