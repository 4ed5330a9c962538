import RoostCore

/// Parses the JSON of a safetensors header: `{"name": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}, …}`.
struct SafetensorsParser {
    /// The maximum size of a header in bytes.
    static let byteLimit = 100_000_000
    /// The maximum number of tensors. Models with the most experts have about fifty thousand.
    private static let tensorLimit = 1 << 18
    private static let rankLimit = 16

    private let json: JSONValue
    private let dataOffset: Int64
    private let fileSize: Int64

    /// Parses the JSON.
    ///
    /// - Parameters:
    ///   - json: The header.
    ///   - dataOffset: The position of the tensors' bytes in the file.
    ///   - fileSize: The size of the complete file in bytes.
    /// - Throws: `FormatProblem` if it is not JSON.
    init(_ json: UnsafeRawBufferPointer, dataOffset: Int64, fileSize: Int64) throws {
        var limits = JSONLimits()
        limits.byteCount = Self.byteLimit
        self.json = try JSONDocument(Array(json), limits: limits).root
        self.dataOffset = dataOffset
        self.fileSize = fileSize
    }

    /// Returns all tensors, ordered by name.
    func tensors() throws -> [SafetensorsTensor] {
        guard let members = json.members else { throw FormatProblem("its header is not a JSON object") }
        guard members.count <= Self.tensorLimit else { throw FormatProblem("it has more than \(Self.tensorLimit) tensors") }
        var tensors: [SafetensorsTensor] = []
        var names: Set<ByteText> = []
        for (key, value) in members {
            guard let name = key.text, names.insert(name).inserted else {
                throw FormatProblem("its header has \((key.string ?? "").quotedForPeople) twice")
            }
            if name == "__metadata__" {
                guard let texts = value.members, texts.allSatisfy(\.value.isString) else { throw FormatProblem("its metadata are not texts") }
                continue
            }
            do { tensors.append(try tensor(name, value)) } catch let problem as FormatProblem {
                throw problem.inside("its tensor \(name.description.quotedForPeople) is wrong")
            }
        }
        try checkPlaces(tensors)
        return tensors.sorted { $0.name < $1.name }
    }

    private func tensor(_ name: ByteText, _ entry: JSONValue) throws -> SafetensorsTensor {
        let fields = ["dtype", "shape", "data_offsets"]
        let counts = fields.map { field in entry.members?.count { $0.key.string == field } ?? 0 }
        guard counts == [1, 1, 1] else { throw FormatProblem("it needs dtype, shape and data_offsets, each once") }
        guard let typeName = entry["dtype"]?.string, let type = SafetensorsType(rawValue: typeName) else {
            throw FormatProblem("its type \((entry["dtype"]?.string ?? "").quotedForPeople) is unknown")
        }
        let shape = try Self.counts(entry["shape"], atMost: Self.rankLimit)
        let offsets = try Self.counts(entry["data_offsets"], atMost: 2)
        guard let count = type.byteCount(of: shape), offsets.count == 2, offsets[0] <= offsets[1], offsets[1] - offsets[0] == count else {
            throw FormatProblem("its bytes are not what shape \(shape) of \(type.rawValue) needs")
        }
        guard offsets[1] <= fileSize - dataOffset else { throw FormatProblem("it ends after the file's end, at byte \(fileSize)") }
        return SafetensorsTensor(name: name, type: type, shape: shape, range: dataOffset + Int64(offsets[0])..<dataOffset + Int64(offsets[1]))
    }

    private static func counts(_ value: JSONValue?, atMost limit: Int) throws -> [Int] {
        guard let elements = value?.elements, elements.count <= limit else { throw FormatProblem("a list of numbers is missing or too long") }
        return try elements.map { element in
            guard let count = element.int, count >= 0 else { throw FormatProblem("a size is not a whole number, or cannot be counted") }
            return count
        }
    }

    /// Checks that the tensors, in the order of their bytes, exactly fill the file from the header to the end.
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
