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
        places = try RoostError.describing(name) { try Self.places(JSONDocument(Array(json)).root) }
        files = Set(places.values).sorted { ByteText($0) < ByteText($1) }
    }

    private static func places(_ json: JSONValue) throws -> [ByteText: String] {
        guard let map = json["weight_map"]?.members, map.count > 0 else { throw FormatProblem("it has no weight_map") }
        var places: [ByteText: String] = [:]
        for (tensor, file) in map {
            guard let tensor = tensor.text, let file = file.string, file.hasSuffix(".safetensors"), !file.hasPrefix("."),
                !file.contains(where: { "/\\\0".contains($0) })
            else { throw FormatProblem("it names \((file.string ?? "").quotedForPeople), which is not a safetensors file beside it") }
            guard places.updateValue(file, forKey: tensor) == nil else {
                throw FormatProblem("it has the tensor \(tensor.description.quotedForPeople) twice")
            }
        }
        return places
    }
}
