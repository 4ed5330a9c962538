import NIOCore
import RoostCore
import SystemPackage

/// A file open for reading. Its content is that of the opened file, even if the name later belongs to another one. It
/// is closed when the last reference to it is released.
final class OpenFile: Sendable {
    /// The stamp at the time of opening.
    let stamp: FileStamp
    private let descriptor: SystemPackage.FileDescriptor

    /// Opens a regular file, on the calling thread.
    ///
    /// - Parameter path: A path whose last component is not a symbolic link.
    /// - Throws: `Errno`; `invalidArgument` when it is not a regular file.
    init(path: FilePath) throws {
        let descriptor = try SystemPackage.FileDescriptor.open(path, .readOnly, options: [.closeOnExec, .noFollow, .nonBlocking])
        guard let stamp = (try? Stat(descriptor)).flatMap(FileStamp.init) else {
            // Nothing was written through this descriptor, so an error on closing loses nothing.
            try? descriptor.close()
            throw Errno.invalidArgument
        }
        self.descriptor = descriptor
        self.stamp = stamp
    }

    deinit { try? descriptor.close() }

    /// Opens a regular file, on a thread that may block.
    ///
    /// - Parameter path: A path whose last component is not a symbolic link.
    /// - Returns: The open file.
    /// - Throws: `Errno`; `invalidArgument` when it is not a regular file.
    static func open(_ path: FilePath) async throws -> OpenFile {
        try await FileThreads.run { try OpenFile(path: path) }
    }

    /// Whether the content may have changed since the file was opened.
    var hasChanged: Bool { (try? Stat(descriptor)).flatMap(FileStamp.init) != stamp }

    /// Returns whether the file now has at least this length in bytes.
    func holds(_ length: Int64) -> Bool { (try? Stat(descriptor)).map { $0.size >= length } ?? false }

    /// Returns a second descriptor, which the caller closes.
    ///
    /// - Throws: `Errno`.
    func handle() throws -> NIOFileHandle {
        NIOFileHandle(_deprecatedTakingOwnershipOfDescriptor: try descriptor.duplicate().rawValue)
    }

    /// Reads some bytes, on a thread that may block.
    ///
    /// - Parameters:
    ///   - offset: The offset of the first byte.
    ///   - count: The most bytes to read.
    /// - Returns: The bytes; none only at the end of the file.
    /// - Throws: `Errno`.
    func read(at offset: Int64, atMost count: Int) async throws -> ByteBuffer {
        try await FileThreads.run {
            var buffer = ByteBufferAllocator().buffer(capacity: count)
            try buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: count) { space in
                try self.read(at: offset, into: UnsafeMutableRawBufferPointer(rebasing: space.prefix(count)))
            }
            return buffer
        }
    }

    /// Reads some bytes on the calling thread, which may block.
    ///
    /// - Parameters:
    ///   - offset: The offset of the first byte.
    ///   - space: The memory for the bytes.
    /// - Returns: The number of bytes read; 0 only at the end of the file.
    /// - Throws: `Errno`.
    func read(at offset: Int64, into space: UnsafeMutableRawBufferPointer) throws -> Int {
        try descriptor.read(fromAbsoluteOffset: offset, into: space)
    }
}
