/// The kind of a repository on the Hub. A model and a dataset may have the same name.
public enum RepositoryKind: String, Sendable, Hashable, CaseIterable {
    /// Weights and their configuration.
    case model = "models"
    /// Training and test data.
    case dataset = "datasets"
    /// A small application.
    case space = "spaces"

    /// The prefix of the repository's name in the URLs of its files: none for a model, otherwise `datasets/` or
    /// `spaces/`.
    public var pathPrefix: String { self == .model ? "" : "\(rawValue)/" }
}
