import Foundation
public import SystemPackage

/// Where Roost keeps what it makes of models: `<home>/models/<org>--<name>/<commit>/<recipe>/model.gguf`, beside the receipt of the pull.
///
/// Outside the Hub cache, which belongs to everybody and where Python's tools call what they do not know corrupt. A recipe is a quantisation as GGUF
/// files name it, so a commit's folder reads like a repository with `Q4_K_M/model.gguf` in it.
public struct ConvertedModels: Sendable, Hashable {
    /// `<home>/models`; it need not exist.
    public let root: FilePath

    /// The name of a finished model's file.
    public static let modelName = "model.gguf"

    /// Names the folder; nothing is read or made yet.
    ///
    /// - Parameter home: Roost's home.
    public init(home: FilePath) { root = home.appending("models") }

    /// The folder of a repository.
    ///
    /// - Parameter repository: The repository.
    /// - Returns: A path; nothing need be there.
    public func folder(of repository: RepositoryID) -> FilePath {
        root.appending(String(repository.cacheFolderName.dropFirst("\(repository.kind.rawValue)--".count)))
    }

    /// The folder of a commit.
    ///
    /// - Parameters:
    ///   - repository: The repository.
    ///   - commit: The commit.
    /// - Returns: A path; nothing need be there.
    public func folder(of repository: RepositoryID, at commit: CommitHash) -> FilePath { folder(of: repository).appending(commit.description) }

    /// The folder of one conversion.
    ///
    /// - Parameters:
    ///   - repository: The repository.
    ///   - commit: The commit.
    ///   - recipe: The quantisation.
    /// - Returns: A path; nothing need be there.
    public func folder(of repository: RepositoryID, at commit: CommitHash, recipe: QuantizationTag) -> FilePath {
        folder(of: repository, at: commit).appending(recipe.description)
    }

    /// The lock of one conversion: `<home>/models/.locks/<org>--<name>/<commit>-<recipe>.lock`, which is never deleted.
    ///
    /// - Parameters:
    ///   - repository: The repository.
    ///   - commit: The commit.
    ///   - recipe: The quantisation.
    /// - Returns: A path; nothing need be there.
    package func lockFile(of repository: RepositoryID, at commit: CommitHash, recipe: QuantizationTag) -> FilePath {
        let name = folder(of: repository).lastComponent?.string ?? ""
        return root.appending(".locks").appending(name).appending("\(commit)-\(recipe).lock")
    }

    /// The repositories that something was made of, or pulled from.
    ///
    /// - Returns: In order; none when there is no folder.
    public func repositories() -> [RepositoryID] { names(in: root).compactMap { RepositoryID(cacheFolderName: "models--\($0)") } }

    /// The commits of a repository that something was made of, or pulled from.
    ///
    /// - Parameter repository: The repository.
    /// - Returns: In order; none when there is no folder.
    public func commits(of repository: RepositoryID) -> [CommitHash] { names(in: folder(of: repository)).compactMap(CommitHash.init(hex:)) }

    /// The recipes that a commit's folder has, finished or not.
    ///
    /// - Parameters:
    ///   - repository: The repository.
    ///   - commit: The commit.
    /// - Returns: In order.
    public func recipes(of repository: RepositoryID, at commit: CommitHash) -> [QuantizationTag] {
        let folder = folder(of: repository, at: commit)
        return names(in: folder).compactMap { name in
            // Folders have the recipe's own spelling; what has another was not made by us.
            QuantizationTag(parsing: name).flatMap { $0.description == name ? $0 : nil }
        }
    }

    /// What cannot be read holds nothing for us.
    private func names(in folder: FilePath) -> [String] { ((try? FileManager.default.contentsOfDirectory(atPath: folder.string)) ?? []).sorted() }
}
