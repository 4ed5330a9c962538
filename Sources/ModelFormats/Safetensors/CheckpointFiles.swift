import RoostCore

/// Which files of a repository hold its weights.
public enum CheckpointFiles: Sendable, Hashable {
    /// The files that this index lists.
    case index(String)
    /// These files, sorted by name.
    case files([String])

    /// The index of a model in several files.
    public static let indexName = "model.safetensors.index.json"

    /// Chooses as llama.cpp's converter does: the index if there is one, else every `model*.safetensors`. Copies of the weights in another precision,
    /// such as `model.fp16.safetensors`, are taken only where there is nothing else: they hold the same tensors.
    ///
    /// - Parameter names: Names of the files at the repository's top.
    /// - Throws: `RoostError` with code `unsupportedModel` when there are none, saying what there is instead.
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

    /// The word after `model.` in the name of a copy: `fp16` of `model.fp16-00001-of-00002.safetensors`; nothing for the weights themselves.
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
