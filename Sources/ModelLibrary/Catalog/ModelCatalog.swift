import Foundation
import RoostAPI
package import RoostCore
package import SystemPackage

/// The models that are complete and that an engine can load: those in a Hub cache, and those that Roost converted.
///
/// Reads huggingface_hub's own layout, `models--org--name/{blobs,refs,snapshots}`, and caches nothing in memory: the
/// files on the disk are authoritative, whichever program wrote them. Files whose blob is missing, split files with
/// missing parts and auxiliary files of a model are not models.
package struct ModelCatalog: Sendable {
    /// The Hub cache.
    package let cacheDirectory: FilePath
    /// The converted models; `nil` for none.
    package let converted: ConvertedModels?
    /// Other names for models; `nil` for none.
    package let aliases: AliasStore?
    /// The Ollama stores; `nil` for none.
    package let ollama: OllamaStores?

    /// Creates a catalog.
    ///
    /// - Parameters:
    ///   - cacheDirectory: The folder that holds `models--…` folders; it need not exist yet.
    ///   - converted: The converted models.
    ///   - aliases: Other names for models.
    ///   - ollama: The Ollama stores.
    package init(cacheDirectory: FilePath, converted: ConvertedModels? = nil, aliases: AliasStore? = nil, ollama: OllamaStores? = nil) {
        self.cacheDirectory = cacheDirectory
        self.converted = converted
        self.aliases = aliases
        self.ollama = ollama
    }

    /// Returns all models, ordered by name.
    ///
    /// - Throws: `RoostError` with code `fileSystem` if the cache exists but cannot be read.
    package func entries() throws -> [ModelEntry] {
        let own = try repositories().flatMap { models(of: $0).map(\.entry) }
        let names = Set(own.map(\.reference))
        let others = (ollama?.entries() ?? []).filter { !names.contains($0.reference) }
        return (own + others).sorted { $0.reference.description < $1.reference.description }
    }

    func repositories() throws -> Set<RepositoryID> { Set(try cachedRepositories() + (converted?.repositories() ?? [])) }

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

    /// Returns the model for a name: an alias, otherwise a model, otherwise the only one whose repository has this name in
    /// another case of its letters or, without an organisation, in any. Without a variant, it is the model that `quantize: auto` would select.
    ///
    /// - Parameter reference: The requested model.
    /// - Returns: The model, whose reference identifies this one file, with the preset of the alias.
    /// - Throws: `RoostError` with code `modelNotFound` that explains how to pull it, or `ambiguousModel`.
    package func entry(for reference: ModelReference) throws -> ModelEntry {
        let alias = Result { try aliases?.alias(named: reference) }
        // Damaged aliases are no reason to refuse the other names.
        guard let found = try? alias.get() else {
            do {
                return try ownEntry(for: reference)
            } catch {
                _ = try alias.get()
                throw error
            }
        }
        var entry = try ownEntry(for: found.model)
        entry.preset = found.preset.over(entry.preset)
        return entry
    }

    /// Returns the model for a name that is no alias.
    ///
    /// - Parameter reference: The requested model.
    /// - Returns: As `entry(for:)`, without a preset of an alias.
    /// - Throws: As `entry(for:)`.
    package func ownEntry(for reference: ModelReference) throws -> ModelEntry {
        let models = models(of: reference.repository)
        // A name that appears in a listing always refers to the listed model.
        if let named = models.first(where: { $0.entry.reference == reference }) { return named.entry }
        let choice = try? GGUFListing(Set(models.flatMap(\.variant.files))).choose(for: reference, policy: .auto)
        if let choice, let model = models.first(where: { $0.variant == choice }) { return model.entry }
        if let entry = ollama?.entry(for: reference) { return entry }
        if models.isEmpty, let full = try fullName(of: reference) { return try ownEntry(for: full) }
        if let wanted = reference.variant, let other = noModel(named: wanted, of: reference.repository) {
            let file = other.variant.files[0].description.quotedForPeople
            throw RoostError(
                .modelNotFound, "\(reference) is on this machine and cannot be loaded as a model: \(file) \(other.state). Name another file.",
                field: "model")
        }
        let present = models.map(\.entry.reference.description).sorted().joined(separator: ", ")
        let others = models.isEmpty ? explanation(reference.repository) : nil
        let what = models.isEmpty ? others.map { "; its files here are not a complete model: \($0)" } ?? "" : ", only \(present)"
        let question = models.isEmpty && others == nil ? question(reference) : ""
        throw RoostError(.modelNotFound, "\(reference) is not on this machine\(what).\(question) \(Self.advice(reference))", field: "model")
    }

    /// The name that is here, when exactly one repository with models is meant by the typed one.
    private func fullName(of typed: ModelReference) throws -> ModelReference? {
        let matching = try repositories().filter { typed.repository.means($0) && $0 != typed.repository && !models(of: $0).isEmpty }
        return try only(Array(matching), for: typed).map { ModelReference(repository: $0, variant: typed.variant) }
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

    /// The complete models of a repository. If several snapshots have a model of the same name, the first counts, so
    /// `main` comes before older ones.
    private func models(of repository: RepositoryID) -> [Model] {
        var models: [ModelReference: Model] = [:]
        var order: [ModelReference] = []
        for snapshot in snapshots(of: repository) {
            let sizes = SnapshotListing(snapshot).sizes
            let listing = listing(snapshot, sizes)
            for variant in listing.models {
                let reference = listing.reference(to: variant, of: repository)
                guard models[reference] == nil else { continue }
                let projector = listing.projector(for: variant)?.files ?? []
                let parts = variant.files.map { snapshot.pushing(FilePath($0.description)) }
                let entry = ModelEntry(
                    reference: reference, snapshotPath: snapshot, modelFile: parts[0],
                    sizeBytes: (variant.files + projector).reduce(0) { $0 + (sizes[$1] ?? 0) }, parts: parts,
                    projector: projector.first.map { snapshot.pushing(FilePath($0.description)) },
                    origin: converted.map { snapshot.starts(with: $0.root) } ?? false ? .converted : .hub)
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

    /// A file on this machine that matches a name but is not a model.
    private func noModel(named name: VariantName, of repository: RepositoryID) -> GGUFListing.Other? {
        snapshots(of: repository).lazy.compactMap { listing($0, SnapshotListing($0).sizes).others(named: name).first }.first
    }

    /// The reason why the repository's files on this machine are not a model.
    private func explanation(_ repository: RepositoryID) -> String? {
        snapshots(of: repository).lazy.compactMap { listing($0, SnapshotListing($0).sizes).explanation }.first
    }

    /// The snapshot of `refs/main`, then the others, newest first. Each is followed by the folder of models converted
    /// from its commit, which has the same layout.
    private func snapshots(of repository: RepositoryID) -> [FilePath] {
        let root = cacheDirectory.appending(repository.cacheFolderName)
        let folder = root.appending("snapshots")
        // A repository folder without snapshots, or without `refs/main`, does not contain a model yet.
        let commits = ((try? FileManager.default.contentsOfDirectory(atPath: folder.string)) ?? []).compactMap(CommitHash.init(hex:))
        let main = (try? String(contentsOfFile: root.appending("refs").appending("main").string, encoding: .utf8))?
            .trimmingCharacters(in: .whitespacesAndNewlines)
        let paths =
            commits.map { (commit: $0, path: folder.appending($0.description)) }
            + (converted.map { made in made.commits(of: repository).map { (commit: $0, path: made.folder(of: repository, at: $0)) } } ?? [])
        let dated = paths.map { commit, path in
            (path: path, isMain: commit.description == main, date: (try? path.stat())?.modified ?? .distantPast)
        }
        return dated.sorted { ($0.isMain ? 1 : 0, $0.date) > ($1.isMain ? 1 : 0, $1.date) }.map(\.path)
    }
}
