import RoostCore
public import SystemPackage

/// The header of a GGUF file, version 2 or 3: key-values and the table of tensors, checked against the size of the
/// complete file. Everything that llama.cpp refuses is refused here, so that an engine never reads it:
/// https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
public struct GGUFFile: Sendable {
    /// The version, 2 or 3.
    public let version: UInt32
    /// The key-values, in the order of the file.
    public let metadata: GGUFMetadata
    /// The tensors in the order of the file, which is the order of their bytes.
    public let tensors: [GGUFTensor]
    /// The alignment of tensors in bytes.
    public let alignment: Int
    /// The position of the data section in bytes.
    public let dataOffset: Int64
    /// The size of the complete file in bytes.
    public let size: Int64

    /// Reads a file's header.
    ///
    /// - Parameter path: The file.
    /// - Throws: `RoostError` with code `invalidModelFile` for a malformed file, `fileSystem` for one that cannot be
    ///   read.
    public init(opening path: FilePath) throws {
        self = try MappedFile.withBytes(of: path) { bytes in
            try Self(parsing: bytes, fileSize: Int64(bytes.count), name: path.lastComponent?.string ?? path.string)
        }
    }

    /// Parses a header from the beginning of a file.
    ///
    /// - Parameters:
    ///   - bytes: The beginning of the file, at least the complete header.
    ///   - fileSize: The size of the complete file in bytes.
    ///   - name: The file's name, for errors.
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

/// The limits for a GGUF file. The largest known vocabularies are smaller by a factor of five. A file beyond the limits
/// is not a model, but an attempt to exhaust memory.
enum GGUFLimits {
    static let keyValues: UInt64 = 1 << 16
    static let tensors: UInt64 = 1 << 18
    /// The total number of elements in all arrays.
    static let arrayElements: UInt64 = 1 << 22
    static let keyBytes: UInt64 = 1 << 16 - 1
    static let nameBytes: UInt64 = 63
    /// The maximum length of a string in bytes; chat templates are the longest.
    static let stringBytes: UInt64 = 1 << 26
    /// The maximum number of bytes before the data section.
    static let headBytes = 1 << 28
    static let dimensions: UInt32 = 4
    /// The maximum alignment in bytes; 32 is the default.
    static let alignment: UInt32 = 1 << 16
    static let defaultAlignment: UInt32 = 32
}
