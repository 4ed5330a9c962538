public import Foundation
import RoostCore

/// The `modules.json` of sentence-transformers: the steps from a text to a vector. llama.cpp supports the model, the
/// pooling, and the normalization to length 1.
public struct SentenceModules: Sendable {
    /// The path of the pooling's configuration in the repository, if the tokens are pooled.
    public let poolingConfiguration: String?

    /// The supported modules. `Dropout` has no effect after training, so llama.cpp correctly leaves it out.
    private static let known: Set<String> = ["Transformer", "Pooling", "Normalize", "Dropout"]

    /// Parses the file.
    ///
    /// - Parameter json: The file's bytes.
    /// - Throws: `RoostError` with code `unsupportedModel` for a module that llama.cpp would leave out,
    ///   `invalidModelFile` for a malformed file.
    public init(parsing json: Data) throws {
        let modules = try RoostError.describing("modules.json") { ConfigValue(try JSONDocument(Array(json)).root).elements ?? [] }
        let kinds = modules.map { $0.members?["type"]?.string?.split(separator: ".").last.map(String.init) ?? "" }
        if let other = kinds.first(where: { !Self.known.contains($0) }) {
            throw RoostError(
                .unsupportedModel,
                "\"modules.json\" has a module \(other.quotedForPeople), which changes the vectors, but llama.cpp would leave it out. They would be wrong, so the "
                    + "model is not converted.")
        }
        guard let place = kinds.firstIndex(of: "Pooling"), let folder = modules[place].members?["path"]?.string, !folder.isEmpty else {
            poolingConfiguration = nil
            return
        }
        guard !folder.contains("/"), !folder.hasPrefix(".") else {
            throw RoostError(.invalidModelFile, "\"modules.json\" names \(folder.quotedForPeople), which is not a folder beside it.")
        }
        poolingConfiguration = "\(folder)/config.json"
    }
}
