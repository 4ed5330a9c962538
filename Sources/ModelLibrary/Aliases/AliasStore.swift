import DurableFiles
import Foundation
package import RoostAPI
package import RoostCore
import Synchronization
package import SystemPackage

/// The aliases of a home, in `<home>/aliases.json`. The file is read once, and written as a whole.
///
/// Only the owner of the home changes it. Reading and writing block: call them on a thread for disk work.
package final class AliasStore: Sendable {
    /// The most aliases.
    package static let most = 1000
    /// The most bytes of the file.
    private static let mostBytes = 4 << 20

    private struct Content: Codable {
        let aliases: [ModelAlias]
    }

    private let path: FilePath
    /// By name in lower case; `nil` until the file was read.
    private let aliases = Mutex<[String: ModelAlias]?>(nil)

    /// Creates a store; the file need not exist.
    ///
    /// - Parameter home: Roost's home.
    package init(home: FilePath) { path = home.appending("aliases.json") }

    /// Returns an alias.
    ///
    /// - Parameter name: The name, in any case of the letters.
    /// - Returns: The alias; `nil` if there is none.
    /// - Throws: `RoostError` with code `fileSystem` if the file cannot be read.
    package func alias(named name: ModelReference) throws -> ModelAlias? {
        try aliases.withLock { try read(&$0)[Self.key(name)] }
    }

    /// Returns all aliases, by name.
    ///
    /// - Throws: `RoostError` with code `fileSystem` if the file cannot be read.
    package func all() throws -> [ModelAlias] {
        try aliases.withLock { try read(&$0).values.sorted { $0.name.description < $1.name.description } }
    }

    /// Adds an alias, or replaces the one of the same name. It is on the disk when this returns.
    ///
    /// - Throws: `RoostError` with code `tooLarge` if there are too many; `fileSystem` or `insufficientSpace`.
    package func set(_ alias: ModelAlias) throws {
        try aliases.withLock { aliases in
            var changed = try read(&aliases)
            changed[Self.key(alias.name)] = alias
            guard changed.count <= Self.most else {
                throw RoostError(.tooLarge, "There may be at most \(Self.most) aliases. Remove one first with `roost alias remove`.", field: "name")
            }
            try write(changed)
            aliases = changed
        }
    }

    /// Removes an alias. That is on the disk when this returns.
    ///
    /// - Returns: The alias; `nil` if there was none.
    /// - Throws: `RoostError` with code `fileSystem` or `insufficientSpace`.
    package func remove(_ name: ModelReference) throws -> ModelAlias? {
        try aliases.withLock { aliases in
            var changed = try read(&aliases)
            guard let removed = changed.removeValue(forKey: Self.key(name)) else { return nil }
            try write(changed)
            aliases = changed
            return removed
        }
    }

    private static func key(_ name: ModelReference) -> String { name.description.lowercased() }

    private func read(_ known: inout [String: ModelAlias]?) throws -> [String: ModelAlias] {
        if let known { return known }
        guard let size = FileSystem.size(of: path) else {
            known = [:]
            return [:]
        }
        do {
            guard size <= Self.mostBytes, let data = FileManager.default.contents(atPath: path.string) else { throw Errno.fileTooLarge }
            let list = try JSONDecoder().decode(Content.self, from: data).aliases.prefix(Self.most)
            let read = Dictionary(list.map { (Self.key($0.name), $0) }) { _, last in last }
            known = read
            return read
        } catch {
            throw RoostError(
                .fileSystem, "The aliases in \(path) cannot be read. Correct the file, or move it away to begin without aliases.", cause: error)
        }
    }

    private func write(_ aliases: [String: ModelAlias]) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let data = try encoder.encode(Content(aliases: aliases.sorted { $0.key < $1.key }.map(\.value)))
        guard data.count <= Self.mostBytes else {
            throw RoostError(
                .tooLarge, "All aliases together may have \(ByteCount(Int64(Self.mostBytes))). Remove one first, or shorten its system prompt.")
        }
        let home = path.removingLastComponent()
        try FileSystem.makePrivateFolder(home)
        try FileSystem.write(data, to: path, temporaryIn: home)
        try FileSystem.flushFolder(home)
    }
}
