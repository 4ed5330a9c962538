import ModelFormats

/// Writes GGUF files, right and wrong ones, byte by byte.
struct GGUFBytes {
    var bytes: [UInt8] = []

    /// Magic and counts.
    init(version: UInt32 = 3, tensors: UInt64 = 0, keys: UInt64 = 0) {
        bytes += "GGUF".utf8
        integer(version)
        integer(tensors)
        integer(keys)
    }

    mutating func integer(_ value: some FixedWidthInteger) { withUnsafeBytes(of: value.littleEndian) { bytes += $0 } }

    mutating func string(_ text: String) {
        integer(UInt64(text.utf8.count))
        bytes += text.utf8
    }

    mutating func key(_ name: String, type: UInt32) {
        string(name)
        integer(type)
    }

    mutating func tensor(_ name: String, _ dimensions: [UInt64], type: UInt32 = 0, offset: UInt64 = 0) {
        string(name)
        integer(UInt32(dimensions.count))
        for dimension in dimensions { integer(dimension) }
        integer(type)
        integer(offset)
    }

    /// Pads and appends data.
    mutating func data(_ count: Int) {
        while bytes.count % 32 != 0 { bytes.append(0) }
        bytes += [UInt8](repeating: 0, count: count)
    }

    /// What the reader makes of it.
    func read() throws -> GGUFFile {
        try bytes.withUnsafeBytes { try GGUFFile(parsing: $0, fileSize: Int64(bytes.count), name: "x.gguf") }
    }

    /// Built by a closure.
    static func with(version: UInt32 = 3, tensors: UInt64 = 0, keys: UInt64 = 0, _ build: (inout GGUFBytes) -> Void) -> GGUFBytes {
        var file = GGUFBytes(version: version, tensors: tensors, keys: keys)
        build(&file)
        return file
    }
}
