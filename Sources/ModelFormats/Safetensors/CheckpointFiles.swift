import RoostCore

/// The files of a repository that contain its weights.
public enum CheckpointFiles: Sendable, Hashable {
    /// The files in this index.
    case index(String)
    /// These files, sorted by name.
    case files([String])

    /// The name of the index of a model in several files.
    public static let indexName = "model.safetensors.index.json"

    /// Selects the files like llama.cpp's converter: the index if there is one, otherwise every `model*.safetensors`.
    /// Copies of the weights in another precision, such as `model.fp16.safetensors`, are used only if there is nothing
    /// else, because they contain the same tensors.
    ///
    /// - Parameter names: The names of the files at the repository's top level.
    /// - Throws: `RoostError` with code `unsupportedModel` if there are none, with the files that there are instead.
    public init(choosingFrom names: [String]) throws {
        if names.contains(Self.indexName) {
            self = .index(Self.indexName)
            return
        }
        let all = names.filter { $0.hasPrefix("model") && $0.hasSuffix(".safetensors") }
        let copies = Dictionary(grouping: all, by: Self.precision)
        let files = copies[""] ?? ["bf16", "fp16"].lazy.compactMap { copies[$0] }.first ?? copies.min { $0.key < $1.key }?.value ?? []
        guard files.isEmpty else {
            self = .files(files.sorted { ByteText($0) < ByteText($1) })
            return
        }
        throw RoostError(.unsupportedModel, Self.explanation(names))
    }

    /// The word after `model.` in the name of a copy: `fp16` of `model.fp16-00001-of-00002.safetensors`; empty for the
    /// weights themselves.
    private static func precision(_ name: String) -> String {
        let rest = name.dropFirst("model".count).dropLast(".safetensors".count)
        return rest.first == "." ? String(rest.dropFirst().prefix { $0 != "-" }) : ""
    }

    private static func explanation(_ names: [String]) -> String {
        if names.contains(where: { $0.hasPrefix("adapter_") }) {
            return "The repository has a LoRA adapter and no model. Convert the model that the adapter was made for, or one that it was merged into."
        }
        let pickles = [".bin", ".pt", ".pth", ".ckpt"]
        if let pickle = names.first(where: { name in pickles.contains { name.hasSuffix($0) } }) {
            return "The repository has its weights in pickle files such as \(pickle.quotedForPeople), which can run any program and are not read. "
                + "Look for a repository with safetensors files."
        }
        return "The repository has no file model.safetensors. Only models in safetensors files can be converted."
    }
}
