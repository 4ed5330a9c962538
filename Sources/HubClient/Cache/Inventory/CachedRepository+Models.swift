import RoostCore
import SystemPackage

extension CachedRepository {
    /// The GGUF files of a commit, by what they are; their own heads decide what their names leave open.
    ///
    /// - Parameters:
    ///   - paths: The files; some of them may be missing.
    ///   - commit: The commit.
    /// - Returns: The models, and the rest.
    func models(in paths: some Sequence<RepositoryFilePath>, of commit: CommitHash) -> GGUFListing {
        var listing = GGUFListing(paths)
        listing.settle { GGUFHead(opening: snapshot(commit).pushing(FilePath($0.description))) }
        return listing
    }

    /// The files of one model of a commit, the parts of a split one together.
    ///
    /// - Parameters:
    ///   - variant: Which.
    ///   - commit: The commit.
    /// - Returns: The files; none when there is no such model.
    /// - Throws: `RoostError` with code `invalidRequest` when the name can mean several; `fileSystem`.
    func files(of variant: VariantName, in commit: CommitHash) throws -> Set<RepositoryFilePath> {
        let listing = models(in: try entries(of: commit).map(\.path), of: commit)
        let models = listing.models(named: variant).best
        guard models.count <= 1 else {
            let names = models.map { "`\(id):\($0.name)`" }.joined(separator: " and ")
            throw RoostError(.invalidRequest, "`\(id):\(variant)` can mean \(names). Name one of them.", field: "model")
        }
        return Set(models.first?.files ?? listing.others(named: variant).first?.variant.files ?? [])
    }
}

extension GGUFListing {
    /// The files of all models but those that a name means; what only helps models stays with each of them.
    func files(besides variant: VariantName) -> Set<RepositoryFilePath> {
        let meant = models(named: variant).best
        return Set(models.filter { !meant.contains($0) }.flatMap(\.files))
    }
}
