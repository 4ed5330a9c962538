import NIOCore
import NIOPosix
import SystemPackage

/// A file open for reading. What is served is what was opened, whatever happens to the name meanwhile. Closed when the last user lets go.
final class OpenFile: Sendable {
    /// The file as it was when it was opened.
    let stamp: FileStamp
    private let descriptor: SystemPackage.FileDescriptor

    /// Opens a regular file, on the calling thread.
    ///
    /// - Parameter path: A path without symbolic links at its end.
    /// - Throws: `Errno`; `invalidArgument` when it is no regular file.
    init(path: FilePath) throws {
        let descriptor = try SystemPackage.FileDescriptor.open(path, .readOnly, options: [.closeOnExec, .noFollow, .nonBlocking])
        guard let stamp = (try? Stat(descriptor)).flatMap(FileStamp.init) else {
            // Nothing was written through this descriptor: a failing close loses nothing.
            try? descriptor.close()
            throw Errno.invalidArgument
        }
        self.descriptor = descriptor
        self.stamp = stamp
    }

    deinit { try? descriptor.close() }

    /// Opens a regular file, on a thread that may block.
    ///
    /// - Parameter path: A path without symbolic links at its end.
    /// - Returns: The open file.
    /// - Throws: `Errno`; `invalidArgument` when it is no regular file.
    static func open(_ path: FilePath) async throws -> OpenFile {
        try await NIOThreadPool.singleton.runIfActive { try OpenFile(path: path) }
    }

    /// Whether the content may have changed since the file was opened.
    var hasChanged: Bool { (try? Stat(descriptor)).flatMap(FileStamp.init) != stamp }

    /// Whether the file is at least so long now, in bytes.
    func holds(_ length: Int64) -> Bool { (try? Stat(descriptor)).map { $0.size >= length } ?? false }

    /// A second descriptor, which the caller closes.
    ///
    /// - Throws: `Errno`.
    func handle() throws -> NIOFileHandle {
        NIOFileHandle(_deprecatedTakingOwnershipOfDescriptor: try descriptor.duplicate().rawValue)
    }

    /// Reads some bytes, on a thread that may block.
    ///
    /// - Parameters:
    ///   - offset: Where to begin, in bytes.
    ///   - count: How many bytes at most.
    /// - Returns: The bytes; none only at the end of the file.
    /// - Throws: `Errno`.
    func read(at offset: Int64, atMost count: Int) async throws -> ByteBuffer {
        try await NIOThreadPool.singleton.runIfActive {
            var buffer = ByteBufferAllocator().buffer(capacity: count)
            try buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: count) { space in
                try self.read(at: offset, into: UnsafeMutableRawBufferPointer(rebasing: space.prefix(count)))
            }
            return buffer
        }
    }

    /// Reads some bytes on the calling thread, which has to be one that may block.
    ///
    /// - Parameters:
    ///   - offset: Where to begin, in bytes.
    ///   - space: Where to put them.
    /// - Returns: How many bytes were read; 0 only at the end of the file.
    /// - Throws: `Errno`.
    func read(at offset: Int64, into space: UnsafeMutableRawBufferPointer) throws -> Int {
        try descriptor.read(fromAbsoluteOffset: offset, into: space)
    }
}
