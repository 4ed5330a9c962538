import RoostCore

/// The table of tensors of a safetensors file, checked against the size of the complete file as in safetensors 0.8: the
/// tensors fill the file without gaps or overlaps. Only the beginning of the file is needed, so the header can be read
/// during the download: https://github.com/huggingface/safetensors#format
public struct SafetensorsHeader: Sendable {
    /// The tensors, ordered by the bytes of their names.
    public let tensors: [SafetensorsTensor]
    /// The size of the complete file in bytes.
    public let fileSize: Int64

    /// The number of bytes at the beginning that contain the length of the header.
    public static let prefixByteCount = 8

    /// Returns the number of bytes at the beginning of a file that `init` needs.
    ///
    /// - Parameters:
    ///   - prefix: The file's first eight bytes, or more.
    ///   - fileSize: The size of the complete file in bytes.
    ///   - name: The file's name, for errors.
    /// - Returns: A number of bytes from the beginning of the file.
    /// - Throws: `RoostError` with code `invalidModelFile`.
    public static func byteCount(prefix: UnsafeRawBufferPointer, fileSize: Int64, name: String) throws -> Int {
        try RoostError.describing(name) { try headerEnd(prefix, fileSize: fileSize) }
    }

    /// Parses a header.
    ///
    /// - Parameters:
    ///   - bytes: The beginning of the file, at least the complete header.
    ///   - fileSize: The size of the complete file in bytes.
    ///   - name: The file's name, for errors.
    /// - Throws: `RoostError` with code `invalidModelFile`.
    public init(parsing bytes: UnsafeRawBufferPointer, fileSize: Int64, name: String) throws {
        tensors = try RoostError.describing(name) {
            let end = try Self.headerEnd(bytes, fileSize: fileSize)
            guard end <= bytes.count else { throw FormatProblem("its header is not there yet") }
            let json = UnsafeRawBufferPointer(rebasing: bytes[Self.prefixByteCount..<end])
            return try SafetensorsParser(json, dataOffset: Int64(end), fileSize: fileSize).tensors()
        }
        self.fileSize = fileSize
    }

    /// Creates a header from parsed values.
    init(tensors: [SafetensorsTensor], fileSize: Int64) {
        self.tensors = tensors
        self.fileSize = fileSize
    }

    private static func headerEnd(_ prefix: UnsafeRawBufferPointer, fileSize: Int64) throws -> Int {
        var reader = ByteReader(prefix)
        let count: UInt64 = try reader.integer()
        guard count <= UInt64(SafetensorsParser.byteLimit) else {
            throw FormatProblem("its header would have \(count) bytes, so it is hardly a safetensors file")
        }
        guard Int64(prefixByteCount) + Int64(count) <= fileSize else {
            throw FormatProblem("its header of \(count) bytes ends after the file's end, at byte \(fileSize)")
        }
        return prefixByteCount + Int(count)
    }
}

/// A tensor of a safetensors file: its type, shape and position, without its numbers. These are little-endian, in
/// row-major order, and unaligned.
public struct SafetensorsTensor: Sendable, Hashable {
    /// The name in the file.
    public let name: ByteText
    /// The type of the elements.
    public let type: SafetensorsType
    /// The sizes of the dimensions, the slowest first; empty for a scalar.
    public let shape: [Int]
    /// The position of its bytes in the file.
    public let range: Range<Int64>
}
