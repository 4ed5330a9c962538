/// What a repository on the Hub holds. Kinds have names of their own: a model and a dataset may be called the same.
public enum RepositoryKind: String, Sendable, Hashable, CaseIterable {
    /// Weights and their configuration.
    case model = "models"
    /// Data to train and measure with.
    case dataset = "datasets"
    /// A small application.
    case space = "spaces"

    /// What stands before the repository's name in the URLs of its files: nothing for a model, else `datasets/` or `spaces/`.
    public var pathPrefix: String { self == .model ? "" : "\(rawValue)/" }
}
