import Foundation
public import RoostCore
public import SystemPackage

/// The models that are complete and that an engine can load: in a Hub cache, and among those that Roost made of others.
///
/// Reads huggingface_hub's own layout, `models--org--name/{blobs,refs,snapshots}`, and keeps nothing in memory: what is on the disk is the truth,
/// whoever put it there. Files whose blob is missing do not count, nor do split files with missing parts, nor files that only help a model.
public struct ModelCatalog: Sendable {
    /// The Hub cache.
    public let cacheDirectory: FilePath
    /// What Roost made of models; `nil` for nothing.
    public let converted: ConvertedModels?

    /// Makes a catalogue.
    ///
    /// - Parameters:
    ///   - cacheDirectory: The folder that holds `models--…` folders; it need not exist yet.
    ///   - converted: What Roost made of models.
    public init(cacheDirectory: FilePath, converted: ConvertedModels? = nil) {
        self.cacheDirectory = cacheDirectory
        self.converted = converted
    }

    /// Every model there is, ordered by name.
    ///
    /// - Throws: `RoostError` with code `fileSystem` when the cache exists but cannot be read.
    public func entries() throws -> [ModelEntry] {
        let repositories = Set(try cachedRepositories() + (converted?.repositories() ?? []))
        return repositories.flatMap { models(of: $0).map(\.entry) }.sorted { $0.reference.description < $1.reference.description }
    }

    private func cachedRepositories() throws -> [RepositoryID] {
        guard FileManager.default.fileExists(atPath: cacheDirectory.string) else { return [] }
        do {
            return try FileManager.default.contentsOfDirectory(atPath: cacheDirectory.string).compactMap(RepositoryID.init(cacheFolderName:))
        } catch {
            throw RoostError(
                .fileSystem, "The model cache \(cacheDirectory) cannot be read: \(error.localizedDescription). Check the folder's permissions.",
                cause: error)
        }
    }

    /// The model that a reference names. Without a variant, the one that `quantize: auto` would have picked.
    ///
    /// - Parameter reference: What somebody asked for.
    /// - Returns: The model; its reference means no other file.
    /// - Throws: `RoostError` with code `modelNotFound` that says how to pull it.
    public func entry(for reference: ModelReference) throws -> ModelEntry {
        let models = models(of: reference.repository)
        // A name that a list shows means what it was shown for.
        if let named = models.first(where: { $0.entry.reference == reference }) { return named.entry }
        let choice = try? GGUFListing(Set(models.flatMap(\.variant.files))).choose(for: reference, policy: .auto)
        if let choice, let model = models.first(where: { $0.variant == choice }) { return model.entry }
        if let wanted = reference.variant, let other = noModel(named: wanted, of: reference.repository) {
            let file = other.variant.files[0].description.quotedForPeople
            throw RoostError(
                .modelNotFound, "\(reference) is on this machine and cannot be loaded as a model: \(file) \(other.state). Name another file.",
                field: "model")
        }
        let present = models.map(\.entry.reference.description).sorted().joined(separator: ", ")
        let others = models.isEmpty ? explanation(reference.repository) : nil
        let what = models.isEmpty ? others.map { "; what is here of it is no whole model: \($0)" } ?? "" : ", only \(present)"
        throw RoostError(.modelNotFound, "\(reference) is not on this machine\(what). \(Self.advice(reference))", field: "model")
    }

    private static func advice(_ reference: ModelReference) -> String {
        "Pull it first with `roost pull \(reference)`, or POST {\"model\": \"\(reference)\"} to /pull."
    }
}

extension ModelCatalog {
    private struct Model {
        let variant: GGUFVariant
        let entry: ModelEntry
    }

    /// The complete models of a repository. The first snapshot that holds one of a name wins, so `main` goes before older ones.
    private func models(of repository: RepositoryID) -> [Model] {
        var models: [ModelReference: Model] = [:]
        var order: [ModelReference] = []
        for snapshot in snapshots(of: repository) {
            let sizes = SnapshotListing(snapshot).sizes
            let listing = listing(snapshot, sizes)
            for variant in listing.models {
                let reference = listing.reference(to: variant, of: repository)
                guard models[reference] == nil else { continue }
                let parts = variant.files.map { snapshot.pushing(FilePath($0.description)) }
                let entry = ModelEntry(
                    reference: reference, snapshotPath: snapshot, modelFile: parts[0],
                    sizeBytes: variant.files.reduce(0) { $0 + (sizes[$1] ?? 0) }, parts: parts,
                    isConverted: converted.map { snapshot.starts(with: $0.root) } ?? false)
                models[reference] = Model(variant: variant, entry: entry)
                order.append(reference)
            }
        }
        return order.compactMap { models[$0] }
    }

    private func listing(_ snapshot: FilePath, _ sizes: [RepositoryFilePath: Int64]) -> GGUFListing {
        var listing = GGUFListing(sizes.map { (path: $0.key, size: $0.value) })
        listing.settle { GGUFHead(opening: snapshot.pushing(FilePath($0.description))) }
        return listing
    }

    /// A file that is here, fits a name, and is no model.
    private func noModel(named name: VariantName, of repository: RepositoryID) -> GGUFListing.Other? {
        snapshots(of: repository).lazy.compactMap { listing($0, SnapshotListing($0).sizes).others(named: name).first }.first
    }

    /// What is here of a repository and is no model.
    private func explanation(_ repository: RepositoryID) -> String? {
        snapshots(of: repository).lazy.compactMap { listing($0, SnapshotListing($0).sizes).explanation }.first
    }

    /// The snapshot that `refs/main` names, then the others, newest first; after each what was made of its commit, which reads like a snapshot.
    private func snapshots(of repository: RepositoryID) -> [FilePath] {
        let root = cacheDirectory.appending(repository.cacheFolderName)
        let folder = root.appending("snapshots")
        // A repository folder without snapshots, or without `refs/main`, is one that holds no model yet.
        let commits = ((try? FileManager.default.contentsOfDirectory(atPath: folder.string)) ?? []).compactMap(CommitHash.init(hex:))
        let main = (try? String(contentsOfFile: root.appending("refs").appending("main").string, encoding: .utf8))?
            .trimmingCharacters(in: .whitespacesAndNewlines)
        let paths =
            commits.map { (commit: $0, path: folder.appending($0.description)) }
            + (converted.map { made in made.commits(of: repository).map { (commit: $0, path: made.folder(of: repository, at: $0)) } } ?? [])
        let dated = paths.map { commit, path in
            let date = (try? FileManager.default.attributesOfItem(atPath: path.string))?[.modificationDate] as? Date
            return (path: path, isMain: commit.description == main, date: date ?? .distantPast)
        }
        return dated.sorted { ($0.isMain ? 1 : 0, $0.date) > ($1.isMain ? 1 : 0, $1.date) }.map(\.path)
    }
}
