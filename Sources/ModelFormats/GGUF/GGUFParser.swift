import RoostCore

/// Parses the header of a GGUF file. Counts, sizes and offsets are checked before they are used.
struct GGUFParser {
    private var reader: ByteReader
    private let fileSize: Int64
    private var arrayElements: UInt64 = 0

    /// - Parameters:
    ///   - bytes: The beginning of the file.
    ///   - fileSize: The size of the complete file in bytes.
    init(_ bytes: UnsafeRawBufferPointer, fileSize: Int64) {
        // The size of the header is limited, whatever the file claims.
        reader = ByteReader(UnsafeRawBufferPointer(rebasing: bytes.prefix(GGUFLimits.headBytes)))
        self.fileSize = fileSize
    }

    /// Parses the complete header.
    mutating func file() throws -> GGUFFile {
        let version = try checkedVersion()
        let tensorCount: UInt64 = try reader.integer()
        let keyValueCount: UInt64 = try reader.integer()
        // The minimum sizes: a tensor without name and dimensions; a key-value with one byte for each part.
        try check(tensorCount, "tensors", atMost: GGUFLimits.tensors, bytesEach: 24)
        try check(keyValueCount, "keys", atMost: GGUFLimits.keyValues, bytesEach: 14)
        let metadata = GGUFMetadata(try keyValues(Int(keyValueCount)))
        let alignment = try alignment(in: metadata)
        let infos = try (0..<Int(tensorCount)).map { _ in try tensorInfo() }
        let dataOffset = Int64(reader.offset).roundedUp(toMultipleOf: Int64(alignment))
        try checkPlaces(infos, alignment: Int64(alignment), dataOffset: dataOffset)
        return GGUFFile(version: version, metadata: metadata, tensors: infos, alignment: alignment, dataOffset: dataOffset, size: fileSize)
    }

    private mutating func checkedVersion() throws -> UInt32 {
        guard try reader.take(4).elementsEqual("GGUF".utf8) else { throw FormatProblem("it is not a GGUF file") }
        let version: UInt32 = try reader.integer()
        guard version & 0xFFFF != 0 else {
            throw FormatProblem(
                "it is written for big-endian machines, and this one is not",
                advice: "Fetching it again changes nothing: take a little-endian file of the same model.")
        }
        guard (2...3).contains(version) else {
            throw FormatProblem(
                "it has GGUF version \(version), and only 2 and 3 can be read",
                advice: version < 2
                    ? "Fetching it again changes nothing: take a newer file of the same model."
                    : "Fetching it again changes nothing: take a newer Roost and llama-server (`make engine`), or an older file of the same model.")
        }
        return version
    }

    private func check(_ count: UInt64, _ what: String, atMost limit: UInt64, bytesEach: UInt64) throws {
        guard count <= limit, count * bytesEach <= UInt64(reader.remaining) else {
            throw FormatProblem("it claims to have \(count) \(what), more than it has room for")
        }
    }

    // MARK: Key-values

    private mutating func keyValues(_ count: Int) throws -> [GGUFKeyValue] {
        var seen: Set<String> = []
        return try (0..<count).map { _ in
            let key = try text("a key", atMost: GGUFLimits.keyBytes)
            guard !key.isEmpty else { throw FormatProblem("it has an empty key") }
            guard seen.insert(key).inserted else { throw FormatProblem("it has the key \(key.quotedForPeople) twice") }
            do {
                return GGUFKeyValue(key, try value(of: try valueType()))
            } catch let problem as FormatProblem {
                throw problem.inside("the value of its key \(key.quotedForPeople) is wrong")
            }
        }
    }

    private mutating func valueType() throws -> GGUFValueType {
        let number: UInt32 = try reader.integer()
        guard let type = GGUFValueType(rawValue: number) else { throw FormatProblem("there is no value type \(number)") }
        return type
    }

    private mutating func value(of type: GGUFValueType) throws -> GGUFValue {
        switch type {
        case .uint8: .uint8(try reader.integer())
        case .int8: .int8(try reader.integer())
        case .uint16: .uint16(try reader.integer())
        case .int16: .int16(try reader.integer())
        case .uint32: .uint32(try reader.integer())
        case .int32: .int32(try reader.integer())
        case .float32: .float32(Float(bitPattern: try reader.integer()))
        case .bool: .bool(try reader.integer(UInt8.self) != 0)
        case .string: .string(try string(atMost: GGUFLimits.stringBytes))
        case .uint64: .uint64(try reader.integer())
        case .int64: .int64(try reader.integer())
        case .float64: .float64(Double(bitPattern: try reader.integer()))
        case .array: .array(try array())
        }
    }

    private mutating func array() throws -> GGUFArray {
        let type = try valueType()
        let count: UInt64 = try reader.integer()
        guard type != .array else {
            throw FormatProblem(
                "llama.cpp reads no arrays of arrays",
                advice: "Fetching it again changes nothing: take another file of the same model.")
        }
        let (total, overflow) = arrayElements.addingReportingOverflow(count)
        guard !overflow, total <= GGUFLimits.arrayElements, count <= UInt64(reader.remaining / type.smallestByteCount) else {
            throw FormatProblem("it claims to have \(count) elements, more than there is room for")
        }
        arrayElements = total
        return switch type {
        case .uint8: .uint8(try elements(count) { try $0.integer() })
        case .int8: .int8(try elements(count) { try $0.integer() })
        case .uint16: .uint16(try elements(count) { try $0.integer() })
        case .int16: .int16(try elements(count) { try $0.integer() })
        case .uint32: .uint32(try elements(count) { try $0.integer() })
        case .int32: .int32(try elements(count) { try $0.integer() })
        case .float32: .float32(try elements(count) { Float(bitPattern: try $0.integer()) })
        case .bool: .bool(try elements(count) { try $0.integer(UInt8.self) != 0 })
        case .uint64: .uint64(try elements(count) { try $0.integer() })
        case .int64: .int64(try elements(count) { try $0.integer() })
        case .float64: .float64(try elements(count) { Double(bitPattern: try $0.integer()) })
        case .string, .array: .string(try (0..<Int(count)).map { _ in try string(atMost: GGUFLimits.stringBytes) })
        }
    }

    private mutating func elements<Element>(_ count: UInt64, _ read: (inout ByteReader) throws -> Element) throws -> [Element] {
        var elements: [Element] = []
        elements.reserveCapacity(Int(count))
        for _ in 0..<count { elements.append(try read(&reader)) }
        return elements
    }

    private mutating func string(atMost limit: UInt64) throws -> ByteText {
        let count: UInt64 = try reader.integer()
        guard count <= limit else { throw FormatProblem("a text of \(count) bytes is too long") }
        return ByteText(bytes: try reader.take(count))
    }

    /// Returns a name, which must be valid UTF-8.
    private mutating func text(_ what: String, atMost limit: UInt64) throws -> String {
        guard let text = String(validating: try string(atMost: limit).bytes, as: UTF8.self) else {
            throw FormatProblem("\(what) is not UTF-8")
        }
        return text
    }

    private func alignment(in metadata: GGUFMetadata) throws -> Int {
        guard let value = metadata["general.alignment"] else { return Int(GGUFLimits.defaultAlignment) }
        guard case .uint32(let alignment) = value, alignment.nonzeroBitCount == 1, alignment <= GGUFLimits.alignment else {
            throw FormatProblem("its general.alignment is not a power of two in 32 bits")
        }
        return Int(alignment)
    }

    // MARK: Tensors

    private mutating func tensorInfo() throws -> GGUFTensor {
        let name = try text("the name of a tensor", atMost: GGUFLimits.nameBytes)
        let rank: UInt32 = try reader.integer()
        guard rank <= GGUFLimits.dimensions else { throw FormatProblem("its tensor \(name.quotedForPeople) has \(rank) dimensions") }
        let dimensions = try (0..<rank).map { _ in
            guard let dimension = Int(exactly: try reader.integer(UInt64.self)) else {
                throw FormatProblem("its tensor \(name.quotedForPeople) has a dimension that cannot be counted")
            }
            return dimension
        }
        let number: UInt32 = try reader.integer()
        guard let type = TensorType(rawValue: number) else {
            throw FormatProblem("its tensor \(name.quotedForPeople) has type \(number), which is unknown or no longer exists")
        }
        guard let offset = Int64(exactly: try reader.integer(UInt64.self)),
            let byteCount = type.byteCount(of: dimensions.isEmpty ? [1] : dimensions)
        else {
            throw FormatProblem("its tensor \(name.quotedForPeople) has a shape that does not go with its type \(type.name)")
        }
        return GGUFTensor(name: name, type: type, dimensions: dimensions.isEmpty ? [1] : dimensions, offset: offset, byteCount: byteCount)
    }

    /// Checks that the tensors follow each other without gaps, are all in the file, and have unique names.
    private func checkPlaces(_ tensors: [GGUFTensor], alignment: Int64, dataOffset: Int64) throws {
        var seen: Set<String> = []
        var expected: Int64 = 0
        for tensor in tensors {
            let name = tensor.name.quotedForPeople
            guard seen.insert(tensor.name).inserted else { throw FormatProblem("it has the tensor \(name) twice") }
            guard tensor.offset == expected else { throw FormatProblem("its tensor \(name) is not where the one before it ends") }
            guard dataOffset <= fileSize, expected <= fileSize - dataOffset, tensor.byteCount <= fileSize - dataOffset - expected else {
                throw FormatProblem("its tensor \(name) ends after the file's end, at byte \(fileSize)")
            }
            // This cannot overflow: both are at most the file's size, and the alignment is small.
            expected = (expected + tensor.byteCount).roundedUp(toMultipleOf: alignment)
        }
    }
}

extension GGUFValueType {
    /// The minimum size of a value in bytes.
    fileprivate var smallestByteCount: Int {
        switch self {
        case .uint8, .int8, .bool: 1
        case .uint16, .int16: 2
        case .uint32, .int32, .float32: 4
        case .uint64, .int64, .float64, .string: 8
        case .array: 12
        }
    }
}

extension Int64 {
    /// The next multiple of a positive number, or the number itself. The result must not overflow.
    func roundedUp(toMultipleOf unit: Int64) -> Int64 { self % unit == 0 ? self : self + unit - self % unit }
}
