import DurableFiles
package import RoostCore
package import SystemPackage

/// The folder of the converted models: `<home>/models/<org>--<name>/<commit>/<recipe>/model.gguf`, beside the receipt
/// of the pull.
///
/// It is outside the Hub cache, because other programs share that, and Python's tools report files unknown to them as
/// corrupt. A recipe is a quantisation as GGUF files name it, so a commit's folder looks like a repository with
/// `Q4_K_M/model.gguf` in it.
package struct ConvertedModels: Sendable, Hashable {
    /// The path `<home>/models`; the folder need not exist.
    package let root: FilePath

    /// The name of a finished model's file.
    package static let modelName = "model.gguf"

    /// Creates the value without reading or creating anything.
    ///
    /// - Parameter home: Roost's home.
    package init(home: FilePath) { root = home.appending("models") }

    /// Returns the folder of a repository.
    ///
    /// - Parameter repository: The repository.
    /// - Returns: The path, whether or not the folder exists.
    package func folder(of repository: RepositoryID) -> FilePath {
        root.appending(String(repository.cacheFolderName.dropFirst("\(repository.kind.rawValue)--".count)))
    }

    /// Returns the folder of a commit.
    ///
    /// - Parameters:
    ///   - repository: The repository.
    ///   - commit: The commit.
    /// - Returns: The path, whether or not the folder exists.
    package func folder(of repository: RepositoryID, at commit: CommitHash) -> FilePath { folder(of: repository).appending(commit.description) }

    /// Returns the folder of a conversion.
    ///
    /// - Parameters:
    ///   - repository: The repository.
    ///   - commit: The commit.
    ///   - recipe: The quantisation.
    /// - Returns: The path, whether or not the folder exists.
    package func folder(of repository: RepositoryID, at commit: CommitHash, recipe: QuantizationTag) -> FilePath {
        folder(of: repository, at: commit).appending(recipe.description)
    }

    /// Returns the lock file of a conversion: `<home>/models/.locks/<org>--<name>/<commit>-<recipe>.lock`. It is never
    /// deleted.
    ///
    /// - Parameters:
    ///   - repository: The repository.
    ///   - commit: The commit.
    ///   - recipe: The quantisation.
    /// - Returns: The path, whether or not the file exists.
    package func lockFile(of repository: RepositoryID, at commit: CommitHash, recipe: QuantizationTag) -> FilePath {
        let name = folder(of: repository).lastComponent?.string ?? ""
        return root.appending(".locks").appending(name).appending("\(commit)-\(recipe).lock")
    }

    /// Returns the repositories with a converted model or a receipt.
    ///
    /// - Returns: The repositories in order of name; none when there is no folder.
    package func repositories() -> [RepositoryID] { names(in: root).compactMap { RepositoryID(cacheFolderName: "models--\($0)") } }

    /// Returns the commits of a repository with a converted model or a receipt.
    ///
    /// - Parameter repository: The repository.
    /// - Returns: The commits in order; none when there is no folder.
    package func commits(of repository: RepositoryID) -> [CommitHash] { names(in: folder(of: repository)).compactMap(CommitHash.init(hex:)) }

    /// Returns the recipes in a commit's folder, finished or not.
    ///
    /// - Parameters:
    ///   - repository: The repository.
    ///   - commit: The commit.
    /// - Returns: The recipes in order of name.
    package func recipes(of repository: RepositoryID, at commit: CommitHash) -> [QuantizationTag] {
        let folder = folder(of: repository, at: commit)
        return names(in: folder).compactMap { name in
            // Roost's folders have the canonical spelling of the recipe; any other folder is not Roost's.
            QuantizationTag(parsing: name).flatMap { $0.description == name ? $0 : nil }
        }
    }

    /// Returns the names in a folder; none when it cannot be read.
    private func names(in folder: FilePath) -> [String] { (try? FileSystem.names(in: folder)) ?? [] }
}
