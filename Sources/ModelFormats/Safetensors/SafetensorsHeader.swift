import RoostCore

/// The table of tensors of a safetensors file, checked against the whole file's size as safetensors 0.8 does it: the tensors fill the file without
/// gaps or overlaps. Needs the file's first bytes only, so it can be read while the rest is on its way:
/// https://github.com/huggingface/safetensors#format
public struct SafetensorsHeader: Sendable {
    /// By name, in the order of its bytes.
    public let tensors: [SafetensorsTensor]
    /// Bytes of the whole file.
    public let fileSize: Int64

    /// Bytes that tell how long the header is.
    public static let prefixByteCount = 8

    /// How many of a file's first bytes `init` needs.
    ///
    /// - Parameters:
    ///   - prefix: The file's first eight bytes, or more.
    ///   - fileSize: Bytes of the whole file.
    ///   - name: What to call the file in errors.
    /// - Returns: Bytes, counted from the file's beginning.
    /// - Throws: `RoostError` with code `invalidModelFile`.
    public static func byteCount(prefix: UnsafeRawBufferPointer, fileSize: Int64, name: String) throws -> Int {
        try RoostError.describing(name) { try headerEnd(prefix, fileSize: fileSize) }
    }

    /// Reads a header.
    ///
    /// - Parameters:
    ///   - bytes: The file from its beginning, at least the whole header.
    ///   - fileSize: Bytes of the whole file.
    ///   - name: What to call the file in errors.
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

    /// A header that was read.
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
