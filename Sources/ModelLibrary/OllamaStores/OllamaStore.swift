import DurableFiles
import Foundation
import RoostAPI
package import RoostCore
package import SystemPackage

/// A folder with models in Ollama's layout: `manifests/<host>/<namespace>/<name>/<tag>` and `blobs/sha256-<digest>`.
///
/// Nothing is cached, and nothing in it is trusted: names become paths only when they are valid, and files count only when
/// they are regular files of the size that the manifest names.
package struct OllamaStore: Sendable, Hashable {
    /// The registry of models that are named without a host.
    static let registry = "registry.ollama.ai"
    /// The hosts whose models Roost names without them.
    private static let hosts = [registry, "hf.co", "huggingface.co"]
    /// The namespace of models that are named without one.
    static let library = "library"
    private static let mostManifests = 4096
    private static let mostText: Int64 = 256 << 10

    /// The folder, such as `~/.ollama/models`.
    package let root: FilePath

    /// Creates a reference to the folder; it need not exist.
    package init(root: FilePath) { self.root = root }

    /// A model of the store.
    package struct Model: Sendable {
        /// The model's name, without host, and without the namespace `library`.
        package let reference: ModelReference
        /// The file of its manifest.
        package let manifestFile: FilePath
        package let manifest: OllamaManifest
    }

    /// Returns the path of a blob, whether or not it exists.
    ///
    /// - Parameter sha256: 64 lower-case hexadecimal digits.
    /// - Returns: The path.
    package func blob(_ sha256: String) -> FilePath { root.appending("blobs").appending("sha256-\(sha256)") }

    /// Returns all models with a valid manifest, by name, whether or not they are complete.
    package func models() -> [Model] {
        var found: [Model] = []
        let manifests = root.appending("manifests")
        for host in Self.hosts {
            for namespace in names(in: manifests.appending(host)) {
                let folder = manifests.appending(host).appending(namespace)
                for name in names(in: folder) {
                    for tag in names(in: folder.appending(name)) {
                        guard found.count < Self.mostManifests else { return found }
                        guard let reference = Self.reference(namespace: namespace, name: name, tag: tag) else { continue }
                        if let model = model(at: folder.appending(name).appending(tag), reference) { found.append(model) }
                    }
                }
            }
        }
        return found.sorted { $0.reference.description < $1.reference.description }
    }

    /// Returns the model with a name: without a tag `latest`, otherwise the only one. A tag counts that is written in another case of its
    /// letters, or names the quantisation in another way.
    package func model(named reference: ModelReference) -> Model? {
        Self.hosts.lazy.compactMap { host -> Model? in
            guard let folder = folder(of: reference.repository, host), let tag = Self.tag(reference.variant, among: names(in: folder)),
                // The name of the tag: another one would load the same file again.
                let named = Self.reference(namespace: reference.repository.namespace ?? Self.library, name: reference.repository.name, tag: tag)
            else { return nil }
            return model(at: folder.appending(tag), named)
        }.first
    }

    private static func tag(_ wanted: VariantName?, among tags: [String]) -> String? {
        guard let wanted else { return tags.contains("latest") ? "latest" : tags.count == 1 ? tags[0] : nil }
        let name = wanted.stem
        return tags.first { $0 == name } ?? tags.first { VariantName(parsing: $0) == wanted } ?? tags.first { $0.lowercased() == name.lowercased() }
    }

    /// Returns the models that an engine can load.
    package func entries() -> [ModelEntry] { models().compactMap(entry) }

    /// Returns a model as an engine loads it; `nil` for one that is incomplete, or that needs more than a model and a
    /// projector.
    package func entry(_ model: Model) -> ModelEntry? {
        let manifest = model.manifest
        guard let weights = manifest.only(.model), isComplete(weights), !manifest.layers.contains(where: { $0.kind == .adapter }) else { return nil }
        let projector = manifest.only(.projector).flatMap { isComplete($0) ? $0 : nil }
        var entry = ModelEntry(
            // The folder of the manifest: engines may read it, and the blobs of other models not.
            reference: model.reference, snapshotPath: model.manifestFile.removingLastComponent(), modelFile: blob(weights.sha256),
            sizeBytes: weights.size + (projector?.size ?? 0), projector: projector.map { blob($0.sha256) }, origin: .ollama)
        entry.preset = ModelPreset(
            system: text(of: manifest.only(.system)), template: text(of: manifest.only(.template)), parameters: parameters(manifest.only(.params)))
        return entry
    }

    /// Whether the file of a layer is here: a regular file of its size.
    package func isComplete(_ layer: OllamaManifest.Layer) -> Bool {
        guard let stat = try? blob(layer.sha256).stat(followTargetSymlink: false) else { return false }
        return stat.type == .regular && stat.size == layer.size
    }

    /// Returns the file of a model's manifest, whether or not it exists.
    func manifestFile(of reference: ModelReference) -> FilePath? {
        let tag = reference.variant?.stem ?? "latest"
        guard !tag.contains("/") else { return nil }
        return folder(of: reference.repository, Self.registry)?.appending(tag)
    }

    private func folder(of repository: RepositoryID, _ host: String) -> FilePath? {
        guard let namespace = repository.namespace ?? (host == Self.registry ? Self.library : nil) else { return nil }
        return root.appending("manifests").appending(host).appending(namespace).appending(repository.name)
    }

    private static func reference(namespace: String, name: String, tag: String) -> ModelReference? {
        guard let repository = try? RepositoryID(parsing: namespace == library ? name : "\(namespace)/\(name)") else { return nil }
        if tag == "latest" { return ModelReference(repository: repository) }
        return VariantName(parsing: tag).map { ModelReference(repository: repository, variant: $0) }
    }

    private func model(at file: FilePath, _ reference: ModelReference) -> Model? {
        manifest(at: file).map { Model(reference: reference, manifestFile: file, manifest: $0) }
    }

    /// Reads a manifest; `nil` when the file is none.
    func manifest(at file: FilePath) -> OllamaManifest? {
        guard let size = FileSystem.size(of: file), size <= OllamaManifest.mostBytes, let data = FileManager.default.contents(atPath: file.string)
        else { return nil }
        return OllamaManifest(data)
    }

    private func text(of layer: OllamaManifest.Layer?) -> String? {
        guard let layer, layer.size <= Self.mostText, isComplete(layer), let data = FileManager.default.contents(atPath: blob(layer.sha256).string)
        else { return nil }
        return String(data: data, encoding: .utf8)
    }

    private func parameters(_ layer: OllamaManifest.Layer?) -> [String: ModelPreset.Value]? {
        text(of: layer).flatMap { try? JSONDecoder().decode([String: ModelPreset.Value].self, from: Data($0.utf8)) }
    }

    /// The names in a folder that may be parts of a model's name; none when it cannot be read.
    private func names(in folder: FilePath) -> [String] {
        ((try? FileSystem.names(in: folder)) ?? []).filter { !$0.hasPrefix(".") }.prefix(Self.mostManifests).map(\.self)
    }
}
