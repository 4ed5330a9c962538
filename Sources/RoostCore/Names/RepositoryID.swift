/// The id of a repository on the Hub: `namespace/name`, or `name` alone for old repositories such as `gpt2`.
///
/// The rule is the Hub's own: each part has 1 to 96 characters of `[A-Za-z0-9_.-]`, does not begin or end with `-` or `.`, holds neither `--`
/// nor `..`, and does not end in `.git`. A value of this type is safe in a URL and as a folder name.
public struct RepositoryID: Sendable, Hashable, CustomStringConvertible {
    /// The kind of the repository.
    public let kind: RepositoryKind
    /// The user or organisation; `nil` for old repositories.
    public let namespace: String?
    /// The repository's own name.
    public let name: String

    /// Parses `namespace/name` or `name`.
    ///
    /// - Parameters:
    ///   - text: The user's text; untrusted.
    ///   - kind: The kind of the repository.
    /// - Throws: `RoostError` with code `invalidRequest` and field `model`.
    public init(parsing text: String, kind: RepositoryKind = .model) throws {
        let parts = text.split(separator: "/", maxSplits: 2, omittingEmptySubsequences: false).map(String.init)
        guard parts.count <= 2, parts.allSatisfy(Self.isValidPart) else {
            throw RoostError(
                .invalidRequest,
                "`model` must name a Hub repository as `org/name` or `org/name:QUANT`, each part 1 to 96 letters, digits, `_`, `.` or `-`; got \(text.quotedForPeople).",
                field: "model")
        }
        self.kind = kind
        self.namespace = parts.count == 2 ? parts[0] : nil
        self.name = parts[parts.count - 1]
    }

    /// `namespace/name` or `name`.
    public var description: String { namespace.map { "\($0)/\(name)" } ?? name }

    /// The repository's folder in the Hub cache: `models--namespace--name`.
    public var cacheFolderName: String { "\(kind.rawValue)--" + description.split(separator: "/").joined(separator: "--") }

    /// Parses a model's folder name in the Hub cache.
    ///
    /// - Parameter name: A folder name such as `models--org--name`.
    public init?(cacheFolderName name: String) {
        guard name.hasPrefix("models--") else { return nil }
        let parts = name.dropFirst("models--".count).split(separator: "--", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), let id = try? RepositoryID(parsing: parts.joined(separator: "/")) else { return nil }
        self = id
    }

    private static func isValidPart(_ part: String) -> Bool {
        (1...96).contains(part.utf8.count)
            && part.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                    UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "-"):
                    true
                default: false
                }
            }
            && !["-", "."].contains { part.hasPrefix($0) || part.hasSuffix($0) }
            && !part.contains("--") && !part.contains("..") && !part.hasSuffix(".git")
    }
}

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
