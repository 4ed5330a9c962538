public import Foundation
import RoostCore

/// The index `model.safetensors.index.json`, which contains the file of each tensor.
public struct CheckpointIndex: Sendable {
    /// The names of the files, sorted and unique.
    public let files: [String]
    /// The file of each tensor.
    let places: [ByteText: String]

    /// The maximum size of an index in bytes.
    public static let byteLimit = 64 << 20

    /// Parses an index.
    ///
    /// - Parameters:
    ///   - json: The file's bytes.
    ///   - name: The file's name, for errors.
    /// - Throws: `RoostError` with code `invalidModelFile`, also if a name is not that of a safetensors file in the
    ///   same folder.
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
