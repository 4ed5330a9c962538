import HubClient
import RoostCore
import SystemPackage

extension CachedRepository {
    /// The GGUF files of a commit, classified by name. If the name is not sufficient, the file's header decides.
    ///
    /// - Parameters:
    ///   - paths: The files; some of them may be missing.
    ///   - commit: The commit.
    /// - Returns: The models, and the other files.
    func models(in paths: some Sequence<RepositoryFilePath>, of commit: CommitHash) -> GGUFListing {
        var listing = GGUFListing(paths)
        listing.settle { GGUFHead(opening: snapshot(commit).pushing(FilePath($0.description))) }
        return listing
    }

    /// Returns the files of one model of a commit: all parts of a split one, and the projector unless another model of the
    /// commit is loaded with it. The last model takes all projectors along.
    ///
    /// - Parameters:
    ///   - variant: The model.
    ///   - commit: The commit.
    /// - Returns: The files; empty if there is no such model.
    /// - Throws: `RoostError` with code `invalidRequest` if the name is ambiguous; `fileSystem`.
    func files(of variant: VariantName, in commit: CommitHash) throws -> Set<RepositoryFilePath> {
        let listing = models(in: try entries(of: commit).map(\.path), of: commit)
        let models = listing.models(named: variant).best
        guard models.count <= 1 else {
            let names = models.map { "`\(id):\($0.name)`" }.joined(separator: " and ")
            throw RoostError(.invalidRequest, "`\(id):\(variant)` can mean \(names). Name one of them.", field: "model")
        }
        guard let model = models.first else { return Set(listing.others(named: variant).first?.variant.files ?? []) }
        let rest = listing.models.filter { $0 != model }
        let own = rest.isEmpty ? listing.projectors : [listing.projector(for: model)].compactMap(\.self)
        let needed = rest.compactMap(listing.projector)
        return Set(model.files + own.filter { !needed.contains($0) }.flatMap(\.files))
    }
}

extension GGUFListing {
    /// The files of all models except those that a name refers to. Auxiliary files belong to all models, so they are
    /// included.
    func files(besides variant: VariantName) -> Set<RepositoryFilePath> {
        let meant = models(named: variant).best
        return Set(models.filter { !meant.contains($0) }.flatMap(\.files))
    }
}
