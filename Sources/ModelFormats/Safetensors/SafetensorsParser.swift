import RoostCore

/// Reads the JSON of a safetensors header: `{"name": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}, …}`.
struct SafetensorsParser {
    /// Models with the most experts have some fifty thousand.
    private static let tensorLimit = 1 << 18
    private static let rankLimit = 16

    private var json: JSONScanner
    private let dataOffset: Int64
    private let fileSize: Int64

    /// - Parameters:
    ///   - json: The header.
    ///   - dataOffset: Where the tensors' bytes begin in the file.
    ///   - fileSize: Bytes of the whole file.
    init(_ json: UnsafeRawBufferPointer, dataOffset: Int64, fileSize: Int64) {
        self.json = JSONScanner(json)
        self.dataOffset = dataOffset
        self.fileSize = fileSize
    }

    /// All tensors, by name.
    mutating func tensors() throws -> [SafetensorsTensor] {
        var tensors: [SafetensorsTensor] = []
        var names: Set<ByteText> = []
        try json.object { json, name in
            guard names.insert(name).inserted else { throw FormatProblem("its header has \(name.description.quotedForPeople) twice") }
            if name == "__metadata__" { return try json.object { json, _ in _ = try json.string() } }
            guard tensors.count < Self.tensorLimit else { throw FormatProblem("it has more than \(Self.tensorLimit) tensors") }
            do {
                tensors.append(try Self.tensor(name, &json, dataOffset: dataOffset, fileSize: fileSize))
            } catch let problem as FormatProblem {
                throw FormatProblem("its tensor \(name.description.quotedForPeople) is wrong: \(problem.text)")
            }
        }
        try json.end()
        try checkPlaces(tensors)
        return tensors.sorted { $0.name < $1.name }
    }

    private static func tensor(_ name: ByteText, _ json: inout JSONScanner, dataOffset: Int64, fileSize: Int64) throws -> SafetensorsTensor {
        var type: SafetensorsType?
        var shape: [Int]?
        var offsets: [Int]?
        try json.object { json, field in
            switch field {
            case "dtype" where type == nil:
                let text = try json.string().description
                type = SafetensorsType(rawValue: text)
                if type == nil { throw FormatProblem("the type \(text.quotedForPeople) is unknown") }
            case "shape" where shape == nil: shape = try json.counts(atMost: rankLimit)
            case "data_offsets" where offsets == nil: offsets = try json.counts(atMost: 2)
            case "dtype", "shape", "data_offsets": throw FormatProblem("it has its \(field) twice")
            default: try json.skipValue()
            }
        }
        guard let type, let shape, let offsets, offsets.count == 2 else { throw FormatProblem("dtype, shape or data_offsets are missing") }
        guard let count = type.byteCount(of: shape), offsets[0] <= offsets[1], offsets[1] - offsets[0] == count else {
            throw FormatProblem("its bytes are not what shape \(shape) of \(type.rawValue) needs")
        }
        guard offsets[1] <= fileSize - dataOffset else { throw FormatProblem("it ends after the file's end, at byte \(fileSize)") }
        return SafetensorsTensor(name: name, type: type, shape: shape, range: dataOffset + Int64(offsets[0])..<dataOffset + Int64(offsets[1]))
    }

    /// In the order of their bytes the tensors join exactly, from the header's end to the file's.
    private func checkPlaces(_ tensors: [SafetensorsTensor]) throws {
        var end = dataOffset
        for tensor in tensors.sorted(by: { ($0.range.lowerBound, $0.range.upperBound) < ($1.range.lowerBound, $1.range.upperBound) }) {
            guard tensor.range.lowerBound == end else {
                throw FormatProblem("its tensor \(tensor.name.description.quotedForPeople) does not begin where another ends")
            }
            end = tensor.range.upperBound
        }
        guard end == fileSize else { throw FormatProblem("its tensors end at byte \(end), and the file at byte \(fileSize)") }
    }
}
