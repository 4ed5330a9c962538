import DurableFiles
import Foundation
package import RoostCore
package import SystemPackage

/// The Ollama stores that Roost serves: its own, the one of the setting `ollama_models_dir`, and those of
/// `roost import ollama`.
package struct OllamaStores: Sendable {
    private static let most = 16
    private static let mostBytes: Int64 = 64 << 10

    private struct Content: Codable {
        let folders: [String]
    }

    /// Roost's own store, for models that clients create.
    package let own: OllamaStore
    private let configured: OllamaStore?
    /// The list of `roost import ollama`.
    private let list: FilePath

    /// Creates the value without reading anything.
    ///
    /// - Parameters:
    ///   - home: Roost's home.
    ///   - configured: The folder of the setting `ollama_models_dir`.
    package init(home: FilePath, configured: FilePath? = nil) {
        own = OllamaStore(root: home.appending("ollama"))
        self.configured = configured.map(OllamaStore.init)
        list = home.appending("ollama-stores.json")
    }

    /// All stores, Roost's own first.
    package var all: [OllamaStore] {
        var stores = [own]
        for store in [configured].compactMap(\.self) + imported() where !stores.contains(store) { stores.append(store) }
        return stores
    }

    /// Returns the models of all stores that an engine can load; of equal names the first counts.
    package func entries() -> [ModelEntry] {
        var found: [ModelReference: ModelEntry] = [:]
        for entry in all.flatMap({ $0.entries() }) where found[entry.reference] == nil { found[entry.reference] = entry }
        return Array(found.values)
    }

    /// Returns the model with a name; `nil` for none.
    package func entry(for reference: ModelReference) -> ModelEntry? {
        all.lazy.compactMap { store in store.model(named: reference).flatMap(store.entry) }.first
    }

    /// Adds a folder to the list. It is on the disk when this returns.
    ///
    /// - Throws: `RoostError` with code `tooLarge`, `fileSystem`, `insufficientSpace`, or `conflict` while another process adds one.
    package func add(_ folder: FilePath) throws {
        let home = list.removingLastComponent()
        try FileSystem.makePrivateFolder(home)
        let added: Void? = try FileLock(FilePath(list.string + ".lock")).holdingIfFree {
            let folders = try read().filter { $0 != folder.string } + [folder.string]
            guard folders.count <= Self.most else {
                throw RoostError(.tooLarge, "At most \(Self.most) Ollama stores can be served; remove one from \(list) first.")
            }
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .withoutEscapingSlashes]
            try FileSystem.write(try encoder.encode(Content(folders: folders)), to: list, temporaryIn: home)
            try FileSystem.flushFolder(home)
        }
        guard added != nil else { throw RoostError(.conflict, "Another process is adding a folder to \(list). Try again when it has ended.") }
    }

    /// The stores of the list; none when it is damaged.
    private func imported() -> [OllamaStore] {
        ((try? read()) ?? []).prefix(Self.most).filter { $0.hasPrefix("/") }.map { OllamaStore(root: FilePath($0)) }
    }

    private func read() throws -> [String] {
        guard (try? list.stat(followTargetSymlink: false)) != nil else { return [] }
        do {
            guard let size = FileSystem.size(of: list), size <= Self.mostBytes, let data = FileManager.default.contents(atPath: list.string) else {
                throw Errno.fileTooLarge
            }
            return try JSONDecoder().decode(Content.self, from: data).folders
        } catch {
            throw RoostError(
                .fileSystem, "The list of Ollama stores in \(list) cannot be read. Correct the file, or move it away to begin without any.",
                cause: error)
        }
    }
}
