public import Foundation
import RoostCore

/// `model.safetensors.index.json`: which tensor is in which file.
public struct CheckpointIndex: Sendable {
    /// File names, sorted, each once.
    public let files: [String]
    /// The file of each tensor.
    let places: [ByteText: String]

    /// The largest index that is read, in bytes.
    public static let byteLimit = 64 << 20

    /// Reads an index.
    ///
    /// - Parameters:
    ///   - json: The file's bytes.
    ///   - name: What to call the file in errors.
    /// - Throws: `RoostError` with code `invalidModelFile`; also when a name is not that of a safetensors file in the same folder.
    public init(parsing json: Data, name: String = CheckpointFiles.indexName) throws {
        places = try json.withUnsafeBytes { bytes in
            try RoostError.describing(name) {
                guard bytes.count <= Self.byteLimit else { throw FormatProblem("it has more than \(Self.byteLimit) bytes") }
                var scanner = JSONScanner(bytes)
                return try Self.places(&scanner)
            }
        }
        files = Set(places.values).sorted { ByteText($0) < ByteText($1) }
    }

    private static func places(_ json: inout JSONScanner) throws -> [ByteText: String] {
        var places: [ByteText: String]?
        try json.object { json, key in
            guard key == "weight_map" else { return try json.skipValue() }
            guard places == nil else { throw FormatProblem("it has its weight_map twice") }
            var found: [ByteText: String] = [:]
            try json.object { json, tensor in
                let file = try json.string().description
                guard file.hasSuffix(".safetensors"), !file.hasPrefix("."), !file.contains(where: { "/\\\0".contains($0) }) else {
                    throw FormatProblem("\(file.quotedForPeople) is not the name of a safetensors file beside it")
                }
                guard found.updateValue(file, forKey: tensor) == nil else {
                    throw FormatProblem("it has the tensor \(tensor.description.quotedForPeople) twice")
                }
            }
            places = found
        }
        try json.end()
        guard let places, !places.isEmpty else { throw FormatProblem("it has no weight_map") }
        return places
    }
}
