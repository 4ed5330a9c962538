import RoostCore
public import SystemPackage

/// The head of a GGUF file, version 2 or 3: key-values and the table of tensors, checked against the whole file's size. Everything llama.cpp
/// refuses is refused here, so that no engine sees it: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
public struct GGUFFile: Sendable {
    /// 2 or 3.
    public let version: UInt32
    /// In the order of the file.
    public let metadata: GGUFMetadata
    /// In the order of the file, which is the order of their bytes.
    public let tensors: [GGUFTensor]
    /// Tensors begin at multiples of this, in bytes.
    public let alignment: Int
    /// Where the data section begins, in bytes.
    public let dataOffset: Int64
    /// The whole file, in bytes.
    public let size: Int64

    /// Reads a file's head.
    ///
    /// - Parameter path: The file.
    /// - Throws: `RoostError` with code `invalidModelFile` for a file that breaks the format's rules, `fileSystem` for one that cannot be read.
    public init(opening path: FilePath) throws {
        self = try MappedFile.withBytes(of: path) { bytes in
            try Self(parsing: bytes, fileSize: Int64(bytes.count), name: path.lastComponent?.string ?? path.string)
        }
    }

    /// Reads a file's head from its first bytes.
    ///
    /// - Parameters:
    ///   - bytes: The file from its beginning, at least the whole head.
    ///   - fileSize: The whole file's bytes.
    ///   - name: What to call the file in errors.
    /// - Throws: `RoostError` with code `invalidModelFile`.
    public init(parsing bytes: UnsafeRawBufferPointer, fileSize: Int64, name: String) throws {
        self = try RoostError.describing(name) {
            var parser = GGUFParser(bytes, fileSize: fileSize)
            return try parser.file()
        }
    }

    init(version: UInt32, metadata: GGUFMetadata, tensors: [GGUFTensor], alignment: Int, dataOffset: Int64, size: Int64) {
        self.version = version
        self.metadata = metadata
        self.tensors = tensors
        self.alignment = alignment
        self.dataOffset = dataOffset
        self.size = size
    }
}
