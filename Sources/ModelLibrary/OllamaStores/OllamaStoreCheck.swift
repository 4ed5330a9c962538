import Foundation
import Hashing
import RoostCore
import SystemPackage

/// The result of hashing the files of an Ollama store.
package struct OllamaStoreCheck: Sendable, Codable, Hashable {
    /// A model of the store.
    package struct Model: Sendable, Codable, Hashable {
        /// The name under which Roost serves it.
        package var model: String
        /// The size of its files in bytes.
        package var size: Int64
        /// What is wrong with it; `nil` for nothing.
        package var fault: String?
    }

    /// The folder.
    package var folder: String
    /// The models, by name.
    package var models: [Model]
}

extension OllamaStore {
    private static let block = 4 << 20

    /// Hashes the files of all models.
    ///
    /// - Parameter onProgress: Receives the name of each model before its files are hashed.
    /// - Returns: The models with their faults.
    /// - Throws: `RoostError` with code `notFound` if the folder has no models, `fileSystem` if this user may not read it.
    package func check(onProgress: (_ model: String) -> Void) throws -> OllamaStoreCheck {
        let models = models()
        guard !models.isEmpty else { throw forbidden() ?? noModels() }
        var faults: [String: String?] = [:]
        return OllamaStoreCheck(
            folder: root.string,
            models: models.map { model in
                onProgress(model.reference.description)
                let fault = model.manifest.layers.lazy.compactMap { layer -> String? in
                    if let known = faults[layer.sha256] { return known }
                    let fault = self.fault(of: layer)
                    faults[layer.sha256] = .some(fault)
                    return fault
                }.first
                let size = model.manifest.layers.reduce(0) { $0 + $1.size }
                return .init(model: model.reference.description, size: size, fault: fault ?? (entry(model) == nil ? unfit(model.manifest) : nil))
            })
    }

    private func noModels() -> RoostError {
        let home = ProcessInfo.processInfo.environment["HOME"] ?? "~"
        let usual = ["~/.ollama/models", "/usr/share/ollama/.ollama/models"].filter { $0.replacing("~", with: home) != root.string }
        return RoostError(
            .notFound,
            "\(root) has no models of Ollama. Name the folder with `manifests` and `blobs` in it, such as \(usual.joined(separator: " or ")).",
            field: "folder")
    }

    /// Returns the error for a folder on the way to the manifests that this user may not open; `nil` for none.
    private func forbidden() -> RoostError? {
        let manifests = root.appending("manifests")
        var folder = FilePath("/")
        for component in manifests.components {
            folder.append(component)
            // Without a folder there is nothing that permissions hide.
            guard let facts = try? FileManager.default.attributesOfItem(atPath: folder.string) else { return nil }
            guard access(folder.string, folder == manifests ? R_OK | X_OK : X_OK) != 0 else { continue }
            let mode = (facts[.posixPermissions] as? NSNumber).map { String($0.intValue, radix: 8) } ?? "unknown"
            let (owner, group) = (facts[.ownerAccountName] as? String ?? "unknown", facts[.groupOwnerAccountName] as? String ?? "unknown")
            return RoostError(
                .fileSystem,
                "\(root) cannot be read: \(folder) is closed to this user (owner \(owner), group \(group), mode \(mode)). Give the user that runs the server access to it, then import again.",
                field: "folder")
        }
        return nil
    }

    private func unfit(_ manifest: OllamaManifest) -> String {
        manifest.layers.contains { $0.kind == .adapter }
            ? "it needs an adapter, and models are loaded without adapters" : "it has no GGUF file of its own"
    }

    private func fault(of layer: OllamaManifest.Layer) -> String? {
        let path = blob(layer.sha256)
        guard isComplete(layer) else { return "\(path) is missing or has another size" }
        guard let file = FileHandle(forReadingAtPath: path.string) else { return "\(path) cannot be read" }
        // Closing a file after reading loses no data.
        defer { try? file.close() }
        var hash = SHA256()
        do {
            while let bytes = try file.read(upToCount: Self.block), !bytes.isEmpty { hash.update(data: bytes) }
        } catch {
            return "\(path) cannot be read: \(error.localizedDescription)"
        }
        return hash.finalize().hexadecimal == layer.sha256 ? nil : "\(path) is damaged: its content has another digest"
    }
}
