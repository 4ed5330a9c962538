/// What a model was made of, and how: kept beside it as `models/<org>--<name>/<commit>/<recipe>/receipt.json` in Roost's home.
public struct ConversionReceipt: Sendable, Codable, Hashable {
    /// The format of this file: 1.
    public var formatVersion: Int
    /// The repository on the Hub.
    public var repository: String
    /// The commit that the weights are of.
    public var commit: String
    /// The recipe, as GGUF files name it.
    public var recipe: String
    /// Why this one.
    public var reason: String
    /// The model's class, such as `LlamaForCausalLM`.
    public var architecture: String
    /// The model's file.
    public var model: ModelReceipt.File
    /// The files that it was made of, verified.
    public var sources: [ModelReceipt.File]
    /// What made it, such as `roost 1.5.0`.
    public var tool: String
    /// The library that quantised, such as `ggml 0.25.3`; `nil` when none was needed.
    public var library: String?
    /// What is worth knowing about it: how the pre-tokenizer was found, which tensors got another type.
    public var notes: [String]
    /// When it was finished.
    public var madeAt: Timestamp

    /// Makes a receipt of format 1.
    ///
    /// - Parameters:
    ///   - repository: The repository on the Hub.
    ///   - commit: The commit that the weights are of.
    ///   - recipe: The recipe.
    ///   - reason: Why this one.
    ///   - architecture: The model's class.
    ///   - model: The model's file.
    ///   - sources: The files that it was made of.
    ///   - library: The library that quantised.
    ///   - notes: What is worth knowing about it.
    ///   - madeAt: When it was finished.
    public init(
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
