import DurableFiles
import Foundation
import Hashing
package import RoostAPI
package import RoostCore
import Synchronization
import SystemPackage

/// Changing a store, of which only Roost's own is.
extension OllamaStore {
    /// One change at a time: a removal looks for blobs that no manifest needs.
    private static let changing = Mutex<Void>(())

    /// Writes the manifest of a model whose files are blobs of this store. It is on the disk when this returns.
    ///
    /// - Parameters:
    ///   - reference: The model's name.
    ///   - model: The SHA-256 of its GGUF file.
    ///   - projector: The SHA-256 of its projector; `nil` without one.
    ///   - preset: What it adds to requests.
    /// - Throws: `RoostError` with code `invalidRequest` for a name that is no file name, `notFound` for a file that is not
    ///   here; `fileSystem` or `insufficientSpace`.
    package func create(_ reference: ModelReference, model: String, projector: String?, preset: ModelPreset) throws {
        guard let file = manifestFile(of: reference) else {
            throw RoostError(.invalidRequest, "`model` may have no slash after its colon; got \(reference).", field: "model")
        }
        try Self.changing.withLock { _ in
            var layers = [try layer(.model, model)] + (try projector.map { [try layer(.projector, $0)] } ?? [])
            if let system = preset.system { layers.append(try layer(.system, writing: Data(system.utf8))) }
            if let template = preset.template { layers.append(try layer(.template, writing: Data(template.utf8))) }
            if let parameters = preset.parameters {
                let encoder = JSONEncoder()
                encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
                layers.append(try layer(.params, writing: encoder.encode(parameters)))
            }
            let config = try layer(.model, writing: Data(#"{"model_format":"gguf"}"#.utf8))
            let folder = file.removingLastComponent()
            try FileSystem.makeFolder(folder, permissions: 0o700)
            try FileSystem.write(OllamaManifest(layers: layers, config: config).encoded(), to: file, temporaryIn: root.appending("blobs"))
            try FileSystem.flushFolder(folder)
        }
    }

    /// Removes a model, and those of its files that no other model of the store has.
    ///
    /// - Parameters:
    ///   - reference: The model.
    ///   - isDryRun: Whether to remove nothing.
    /// - Returns: The removed files; `nil` when there is no such model.
    /// - Throws: `RoostError` with code `fileSystem`.
    package func remove(_ reference: ModelReference, isDryRun: Bool = false) throws -> CacheCleanup? {
        try Self.changing.withLock { _ in
            guard let model = model(named: reference) else { return nil }
            if !isDryRun {
                try FileSystem.remove(model.manifestFile)
                try FileSystem.flushFolder(model.manifestFile.removingLastComponent())
            }
            let used = Set(models().filter { $0.manifestFile != model.manifestFile }.flatMap { $0.manifest.digests })
            var report = CacheCleanup(isDryRun: isDryRun)
            for digest in Set(model.manifest.digests).subtracting(used).sorted() {
                guard let size = FileSystem.size(of: blob(digest)) else { continue }
                report.note(.blob, blob(digest).string, bytes: size)
                if !isDryRun { try FileSystem.remove(blob(digest)) }
            }
            return report
        }
    }

    private func layer(_ kind: OllamaManifest.Kind, _ sha256: String) throws -> OllamaManifest.Layer {
        guard let size = FileSystem.size(of: blob(sha256)) else {
            throw RoostError(.notFound, "There is no blob sha256:\(sha256). Send it with POST /api/blobs/sha256:\(sha256) first.", field: "files")
        }
        return OllamaManifest.Layer(kind: kind, sha256: sha256, size: size)
    }

    private func layer(_ kind: OllamaManifest.Kind, writing data: Data) throws -> OllamaManifest.Layer {
        let sha256 = SHA256.hash(data: data).hexadecimal
        let file = blob(sha256)
        let folder = file.removingLastComponent()
        try FileSystem.makePrivateFolder(folder)
        try FileSystem.write(data, to: file, temporaryIn: folder)
        return OllamaManifest.Layer(kind: kind, sha256: sha256, size: Int64(data.count))
    }
}

extension OllamaManifest {
    /// The digests of all its files.
    fileprivate var digests: [String] { (layers + [config].compactMap(\.self)).map(\.sha256) }
}
