import RoostCore
public import SystemPackage

/// Where the bytes of a checkpoint's files come from: files on the disk, or such that are still on their way, whose bytes are waited for.
public protocol CheckpointBytes: Sendable {
    /// Fills a buffer.
    ///
    /// - Parameters:
    ///   - file: Place of the file in `Checkpoint.files`.
    ///   - offset: Where in the file the bytes begin.
    ///   - buffer: Where they go; filled when the call returns.
    /// - Throws: When the bytes cannot be had.
    func read(file: Int, at offset: Int64, into buffer: UnsafeMutableRawBufferPointer) async throws
}

/// A checkpoint whose files lie in a folder.
public struct CheckpointFolder: CheckpointBytes {
    private let files: [InputFile]

    /// Opens the files.
    ///
    /// - Parameters:
    ///   - folder: The repository's files.
    ///   - checkpoint: Which ones.
    /// - Throws: `RoostError` when a file cannot be opened, or no longer has the size its header was checked against.
    public init(_ folder: FilePath, _ checkpoint: Checkpoint) throws {
        files = try checkpoint.files.map { expected in
            let file = try InputFile(opening: folder.appending(expected.name))
            guard file.size == expected.size else {
                throw RoostError(
                    .fileSystem, "\(expected.name.quotedForPeople) changed while it was read. Nothing may write to it meanwhile; try again.")
            }
            return file
        }
    }

    /// Reads from the file, on the calling thread.
    ///
    /// - Parameters:
    ///   - file: Place of the file in `Checkpoint.files`.
    ///   - offset: Where in the file the bytes begin.
    ///   - buffer: Where they go.
    /// - Throws: `RoostError` with code `fileSystem`.
    public func read(file: Int, at offset: Int64, into buffer: UnsafeMutableRawBufferPointer) async throws {
        try files[file].read(into: buffer, at: offset)
    }
}
