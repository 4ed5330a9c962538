import RoostCore
public import SystemPackage

/// The source of the bytes of a checkpoint's files: files on the disk, or files that are still being downloaded, in
/// which case reads wait.
public protocol CheckpointBytes: Sendable {
    /// Fills a buffer.
    ///
    /// - Parameters:
    ///   - file: The index of the file in `Checkpoint.files`.
    ///   - offset: The position of the bytes in the file.
    ///   - buffer: The buffer, which is full when the call returns.
    /// - Throws: An error if the bytes are not available.
    func read(file: Int, at offset: Int64, into buffer: UnsafeMutableRawBufferPointer) async throws
}

/// A checkpoint whose files are in a folder.
public struct CheckpointFolder: CheckpointBytes {
    private let files: [InputFile]

    /// Opens the files.
    ///
    /// - Parameters:
    ///   - folder: The folder of the repository's files.
    ///   - checkpoint: The checkpoint with the files to open.
    /// - Throws: `RoostError` if a file cannot be opened, or its size has changed since its header was read.
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
    ///   - file: The index of the file in `Checkpoint.files`.
    ///   - offset: The position of the bytes in the file.
    ///   - buffer: The buffer for the bytes.
    /// - Throws: `RoostError` with code `fileSystem`.
    public func read(file: Int, at offset: Int64, into buffer: UnsafeMutableRawBufferPointer) async throws {
        try files[file].read(into: buffer, at: offset)
    }
}
