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
            let replaced = manifest(at: file)
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
            try flushFolders(from: root.appending("blobs"))
            try FileSystem.write(OllamaManifest(layers: layers, config: config).encoded(), to: file, temporaryIn: root.appending("blobs"))
            try flushFolders(from: folder)
            // Files that stay because a manifest cannot be read are named when the store is cleaned up.
            var report = CacheCleanup(isDryRun: false)
            if let replaced { try removeUnnamed(replaced.digests, &report) }
        }
    }

    /// Removes what uploads have left behind: files that no model has, and those without a name.
    ///
    /// - Parameters:
    ///   - date: Files that were written to later stay.
    ///   - report: The report, which receives the removed files.
    /// - Throws: `RoostError` with code `fileSystem`.
    func collect(before date: Date, _ report: inout CacheCleanup) throws {
        try Self.changing.withLock { _ in
            let folder = root.appending("blobs")
            let old = try FileSystem.names(in: folder).filter { name in
                (try? folder.appending(name).stat(followTargetSymlink: false)).map { $0.modified < date } ?? false
            }
            for name in old where name.hasPrefix(".roost-") && name.hasSuffix(".tmp") { try remove(folder.appending(name), as: .temporary, &report) }
            try removeUnnamed(Set(old.compactMap(OllamaManifest.sha256)), &report)
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
            var report = CacheCleanup(isDryRun: isDryRun)
            if !isDryRun {
                try FileSystem.remove(model.manifestFile)
                try FileSystem.flushFolder(model.manifestFile.removingLastComponent())
            }
            try removeUnnamed(model.manifest.digests, besides: model.manifestFile, &report)
            return report
        }
    }

    /// Removes those of some files that no manifest names; none when a manifest cannot be read, because it may name them.
    private func removeUnnamed(_ digests: Set<String>, besides file: FilePath? = nil, _ report: inout CacheCleanup) throws {
        let (named, unreadable) = namedDigests(besides: file)
        for digest in digests.subtracting(named).sorted() where FileSystem.size(of: blob(digest)) != nil {
            if let unreadable {
                report.kept.append(
                    .init(path: blob(digest).string, reason: "\(unreadable) cannot be read, and may need it; correct it, or remove it"))
            } else {
                try remove(blob(digest), as: .blob, &report)
            }
        }
    }

    private func remove(_ file: FilePath, as kind: CacheCleanup.Kind, _ report: inout CacheCleanup) throws {
        report.note(kind, file.string, bytes: FileSystem.size(of: file) ?? 0)
        if !report.isDryRun { try FileSystem.remove(file) }
    }

    /// Returns the digests in all manifests but one. Unlike the list of models, this has those of every host, and of any number.
    ///
    /// - Returns: The digests, and a manifest or a folder that cannot be read.
    private func namedDigests(besides file: FilePath?) -> (digests: Set<String>, unreadable: FilePath?) {
        var digests: Set<String> = []
        var unreadable: FilePath?
        var folders = [root.appending("manifests")]
        while let folder = folders.popLast() {
            guard let names = try? FileSystem.names(in: folder) else {
                unreadable = folder
                continue
            }
            for path in names.filter({ !$0.hasPrefix(".") }).map({ folder.appending($0) }) where path != file {
                if (try? path.stat(followTargetSymlink: false))?.type == .directory {
                    folders.append(path)
                } else if let manifest = manifest(at: path) {
                    digests.formUnion(manifest.digests)
                } else {
                    unreadable = path
                }
            }
        }
        return (digests, unreadable)
    }

    /// Waits until the entries of a folder, of the folders above it and of the one that holds the store are on the disk.
    private func flushFolders(from folder: FilePath) throws {
        var folder = folder
        while folder.starts(with: root) {
            try FileSystem.flushFolder(folder)
            folder.removeLastComponent()
        }
        try FileSystem.flushFolder(folder)
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
