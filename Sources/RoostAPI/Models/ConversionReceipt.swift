package import RoostCore

/// The origin of a converted model: stored beside it as `models/<org>--<name>/<commit>/<recipe>/receipt.json` in
/// Roost's home.
package struct ConversionReceipt: Sendable, Codable, Hashable {
    /// The version of this format: 1.
    package var formatVersion: Int
    /// The repository on the Hub.
    package var repository: String
    /// The commit of the weights.
    package var commit: String
    /// The recipe: a quantisation as GGUF files name it.
    package var recipe: String
    /// Why this recipe was chosen.
    package var reason: String
    /// The model's class, such as `LlamaForCausalLM`.
    package var architecture: String
    /// The model's file.
    package var model: ModelReceipt.File
    /// The source files, verified.
    package var sources: [ModelReceipt.File]
    /// The program that made the model, such as `roost 1.5.0`.
    package var tool: String
    /// The library that quantised it, such as `ggml 0.25.3`; `nil` when none was needed.
    package var library: String?
    /// Remarks on the conversion: how the pre-tokenizer was found, which tensors have another type.
    package var notes: [String]
    /// The time of completion.
    package var madeAt: Timestamp

    /// Creates a receipt of format 1.
    package init(
        repository: RepositoryID, commit: CommitHash, recipe: String, reason: String, architecture: String, model: ModelReceipt.File,
        sources: [ModelReceipt.File], library: String?, notes: [String], madeAt: Timestamp
    ) {
        self.formatVersion = 1
        self.repository = repository.description
        self.commit = commit.description
        self.recipe = recipe
        self.reason = reason
        self.architecture = architecture
        self.model = model
        self.sources = sources
        self.tool = "roost \(RoostVersion.current)"
        self.library = library
        self.notes = notes
        self.madeAt = madeAt
    }

    private enum CodingKeys: String, CodingKey {
        case formatVersion = "format_version"
        case repository, commit, recipe, reason, architecture, model, sources, tool, library, notes
        case madeAt = "made_at"
    }
}
