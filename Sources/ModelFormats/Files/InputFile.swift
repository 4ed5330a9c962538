import DurableFiles
import Foundation
import RoostCore
import SystemPackage

/// A regular file that is open for reading. It is closed when the last reference is released.
final class InputFile: Sendable {
    /// The descriptor of the file.
    let descriptor: FileDescriptor
    /// The size in bytes when the file was opened.
    let size: Int64
    private let path: FilePath

    /// Opens a file. Symbolic links are followed, because caches use them.
    ///
    /// - Throws: `RoostError` with code `fileSystem`, also for folders, pipes and devices.
    init(opening path: FilePath) throws {
        self.path = path
        // Non-blocking, so that opening a pipe does not wait for its writer.
        let descriptor = try FileSystem.attempt("open", path) {
            try FileDescriptor.open(path, .readOnly, options: [.closeOnExec, .nonBlocking])
        }
        var status = stat()
        guard fstat(descriptor.rawValue, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            // Nothing was written through this descriptor, so an error on closing loses no data.
            try? descriptor.close()
            throw RoostError(.fileSystem, "\(path.string.quotedForPeople) is not a regular file.")
        }
        self.descriptor = descriptor
        self.size = Int64(status.st_size)
    }

    deinit { try? descriptor.close() }

    /// Fills a buffer.
    ///
    /// - Parameters:
    ///   - buffer: The buffer for the bytes.
    ///   - offset: The position of the bytes in the file.
    /// - Throws: `RoostError` with code `fileSystem`, also if the file ends before the buffer is full.
    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) throws {
        var done = 0
        while done < buffer.count {
            let count = try FileSystem.attempt("read", path) {
                try descriptor.read(fromAbsoluteOffset: offset + Int64(done), into: UnsafeMutableRawBufferPointer(rebasing: buffer[done...]))
            }
            guard count > 0 else {
                throw RoostError(
                    .fileSystem, "\(path.string.quotedForPeople) became shorter while it was read. Nothing may write to it meanwhile; try again.")
            }
            done += count
        }
    }
}
