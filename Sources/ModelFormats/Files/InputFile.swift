import RoostCore
import SystemPackage

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// A regular file open for reading; closed when the last user lets go.
final class InputFile: Sendable {
    /// The open file.
    let descriptor: FileDescriptor
    /// Bytes at the time of opening.
    let size: Int64
    private let path: FilePath

    /// Opens a file; symbolic links are followed, as caches need it.
    ///
    /// - Throws: `RoostError` with code `fileSystem`; also for folders, pipes and devices.
    init(opening path: FilePath) throws {
        self.path = path
        let descriptor: FileDescriptor
        do {
            // Non-blocking, so that a pipe in the file's place does not make us wait for its writer.
            descriptor = try FileDescriptor.open(path, .readOnly, options: [.closeOnExec, .nonBlocking])
        } catch let failure as Errno {
            throw failure.error("open", path)
        }
        var status = stat()
        guard fstat(descriptor.rawValue, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            // Nothing was written through this descriptor: a failing close loses nothing.
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
    ///   - buffer: Where the bytes go.
    ///   - offset: Where in the file they begin.
    /// - Throws: `RoostError` with code `fileSystem`; also when the file ends before the buffer is full.
    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) throws {
        var done = 0
        while done < buffer.count {
            let count: Int
            do {
                count = try descriptor.read(fromAbsoluteOffset: offset + Int64(done), into: UnsafeMutableRawBufferPointer(rebasing: buffer[done...]))
            } catch let failure as Errno {
                throw failure.error("read", path)
            }
            guard count > 0 else {
                throw RoostError(
                    .fileSystem, "\(path.string.quotedForPeople) became shorter while it was read. Nothing may write to it meanwhile; try again.")
            }
            done += count
        }
    }
}

extension Errno {
    /// The error for people.
    ///
    /// - Parameters:
    ///   - action: What failed, such as `open`.
    ///   - path: What it was done to.
    ///   - file: Filled in by the compiler.
    ///   - function: Filled in by the compiler.
    ///   - line: Filled in by the compiler.
    /// - Returns: The error.
    func error(_ action: String, _ path: FilePath, file: String = #fileID, function: String = #function, line: Int = #line) -> RoostError {
        let isFull = self == .noSpace || self == .diskQuotaExceeded
        return RoostError(
            isFull ? .insufficientSpace : .fileSystem, "Cannot \(action) \(path.string.quotedForPeople): \(self).", cause: self, file: file,
            function: function, line: line)
    }
}
