package import SystemPackage

/// Reading and writing the content of files.
extension FileSystem {
    /// Writes a small file so that readers see either the old or the complete new one.
    ///
    /// - Parameters:
    ///   - bytes: The content.
    ///   - path: The file; its folder must exist.
    ///   - folder: The folder for the temporary file, on the same file system, and where no program lists files.
    /// - Throws: `RoostError` with code `fileSystem` or `insufficientSpace`.
    package static func write(_ bytes: some Sequence<UInt8>, to path: FilePath, temporaryIn folder: FilePath) throws {
        _ = try withTemporary(in: folder) { temporary in
            try create(temporary, "write", reporting: path) {
                try $0.writeAll(bytes)
                try flush($0, path)
            }
            try move(temporary, to: path)
        }
    }

    /// Writes a file with a unique name. It is not flushed. After an error, no file remains.
    ///
    /// - Returns: The name.
    package static func writeTemporary(_ bytes: some Sequence<UInt8>, in folder: FilePath) throws -> FilePath {
        try withTemporary(in: folder) { temporary in
            try create(temporary, "write", reporting: folder) {
                try $0.writeAll(bytes)
                beginFlush($0)
            }
        }
    }

    /// Copies a file's content to a new name and waits until it is on the disk. If the disk is full, an incomplete file
    /// remains.
    package static func copy(_ source: FilePath, to target: FilePath) throws {
        try create(target, "copy to") { output in
            let input = try FileDescriptor.open(source, .readOnly, options: [.closeOnExec])
            // Closing a file after reading loses no data.
            defer { try? input.close() }
            let block = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 4096)
            defer { block.deallocate() }
            while case let count = try input.read(into: block), count > 0 {
                try output.writeAll(UnsafeRawBufferPointer(rebasing: block.prefix(count)))
            }
            try flush(output, target)
        }
    }

    /// Creates a file with a new name, fills it and closes it.
    ///
    /// - Parameters:
    ///   - path: The file.
    ///   - action: What fails if it fails, such as `make`.
    ///   - reported: The path that an error names.
    ///   - permissions: The permissions, before the process's mask.
    ///   - fill: Writes the content.
    /// - Throws: `RoostError` with code `fileSystem` or `insufficientSpace`, and the errors of `fill`.
    package static func create(
        _ path: FilePath, _ action: String, reporting reported: FilePath? = nil, permissions: FilePermissions = FilePermissions(rawValue: 0o666),
        _ fill: (FileDescriptor) throws -> Void = { _ in }
    ) throws {
        try attempt(action, reported ?? path) {
            let descriptor = try FileDescriptor.open(
                path, .writeOnly, options: [.create, .exclusiveCreate, .noFollow, .closeOnExec], permissions: permissions)
            try descriptor.closeAfter { try fill(descriptor) }
        }
    }

    private static func withTemporary(in folder: FilePath, _ work: (FilePath) throws -> Void) throws -> FilePath {
        let temporary = temporaryName(in: folder)
        do {
            try work(temporary)
            return temporary
        } catch {
            // The first error is the one to report.
            try? remove(temporary)
            throw error
        }
    }

    /// The first bytes of a file.
    package static func beginning(of path: FilePath, count: Int) throws -> [UInt8] {
        try attempt("read", path) {
            let descriptor = try FileDescriptor.open(path, .readOnly, options: [.closeOnExec])
            // Closing a file after reading loses no data.
            defer { try? descriptor.close() }
            return try [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
                while filled < count {
                    let read = try descriptor.read(into: UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[filled...]))
                    guard read > 0 else { throw Errno.ioError }
                    filled += read
                }
            }
        }
    }
}
