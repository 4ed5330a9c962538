import DurableFiles
import Foundation
import NIOPosix
package import SystemPackage

/// The files with prompts that engines have stored: a folder for each model and engine, with a list of its files.
///
/// The files can always be deleted: the engine then reads the prompts again.
package struct PromptFolder: Sendable {
    /// What is known of the prompts of one folder.
    private struct List: Codable {
        /// The model, engine and options with which the prompts were stored.
        let key: String
        /// The path of the model's file.
        let model: String
        let prompts: [StoredPrompt]
    }

    /// The most files of a model.
    private static let mostFiles = 16
    /// The most bytes of a list.
    private static let largestList = 8 << 20
    private static let listName = "prompts.json"

    private let path: FilePath
    private let limit: Int64

    /// Creates the folder's value; the folder itself is created when it is needed.
    ///
    /// - Parameters:
    ///   - path: The folder.
    ///   - limit: The most bytes of all files together.
    package init(path: FilePath, limit: Int64) {
        self.path = path
        self.limit = limit
    }

    /// The folder of an engine's files.
    func folder(for key: String) -> FilePath {
        // FNV-1a. Two keys with the same name would delete each other's files, and no more.
        let sum = key.utf8.reduce(UInt64(0xcbf2_9ce4_8422_2325)) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01b3 }
        return path.appending(String(sum, radix: 16))
    }

    /// Prepares the folder of an engine that is about to start, and deletes files that do not belong to it.
    ///
    /// - Parameter key: The model, engine and options.
    /// - Returns: The stored prompts.
    /// - Throws: `RoostError` with code `fileSystem`.
    func open(for key: String) async throws -> [StoredPrompt] {
        let folder = folder(for: key)
        return try await NIOThreadPool.singleton.runIfActive {
            try FileSystem.makePrivateFolder(path)
            try FileSystem.makePrivateFolder(folder)
            let prompts = Self.list(of: folder, for: key)
            let known = Set(prompts.map(\.file) + [Self.listName])
            for name in try FileSystem.names(in: folder) where !known.contains(name) { try FileSystem.remove(folder.appending(name)) }
            return prompts
        }
    }

    /// Whether there is room for one more file.
    ///
    /// - Parameter bytes: The estimated size of the file.
    /// - Returns: Whether it may be written.
    /// - Throws: `RoostError` with code `fileSystem`.
    func hasRoom(for bytes: Int64) async throws -> Bool {
        try await NIOThreadPool.singleton.runIfActive {
            // At most a quarter of the free space: others need it more.
            try bytes <= limit / 2 && bytes <= FileSystem.freeBytes(path) / 4
        }
    }

    /// Writes the list of an engine's prompts, and deletes the oldest files of all engines beyond the limit.
    ///
    /// - Parameters:
    ///   - prompts: The prompts, the oldest first.
    ///   - key: The model, engine and options.
    ///   - model: The model's file.
    /// - Returns: The prompts that are left.
    /// - Throws: `RoostError` with code `fileSystem` or `insufficientSpace`.
    func write(_ prompts: [StoredPrompt], for key: String, of model: FilePath) async throws -> [StoredPrompt] {
        let folder = folder(for: key)
        return try await NIOThreadPool.singleton.runIfActive {
            let kept = prompts.suffix(Self.mostFiles)
            let names = Set(kept.map(\.file))
            for name in try FileSystem.names(in: folder) where name.hasSuffix(".prompt") && !names.contains(name) {
                try FileSystem.remove(folder.appending(name))
            }
            try prune()
            let left = kept.filter { FileSystem.size(of: folder.appending($0.file)) == $0.bytes }
            let list = try JSONEncoder().encode(List(key: key, model: model.string, prompts: left))
            try FileSystem.write(list, to: folder.appending(Self.listName), temporaryIn: folder)
            return left
        }
    }

    /// Deletes the prompts of models that are no longer on this machine: they are parts of conversations.
    ///
    /// - Throws: `RoostError` with code `fileSystem`.
    func removeOfMissingModels() async throws {
        try await NIOThreadPool.singleton.runIfActive {
            guard FileManager.default.fileExists(atPath: path.string) else { return }
            for folder in try FileSystem.names(in: path).map(path.appending) where FileSystem.size(of: folder) == nil {
                guard let list = Self.list(in: folder), !FileManager.default.fileExists(atPath: list.model) else { continue }
                try FileSystem.removeTree(folder)
            }
        }
    }

    private func prune() throws {
        var files: [(path: FilePath, bytes: Int64, written: Date)] = []
        for folder in try FileSystem.names(in: path).map(path.appending) where FileSystem.size(of: folder) == nil {
            for file in try FileSystem.names(in: folder).filter({ $0.hasSuffix(".prompt") }).map(folder.appending) {
                // Another engine's list may delete it at the same time.
                guard let facts = try? FileManager.default.attributesOfItem(atPath: file.string), let size = facts[.size] as? Int64 else { continue }
                files.append((file, size, facts[.modificationDate] as? Date ?? .distantPast))
            }
        }
        var sum = files.reduce(Int64(0)) { $0.clampedPlus($1.bytes) }
        for file in files.sorted(by: { $0.written < $1.written }) where sum > limit {
            try FileSystem.remove(file.path)
            sum -= file.bytes
        }
    }

    private static func list(of folder: FilePath, for key: String) -> [StoredPrompt] {
        guard let list = list(in: folder), list.key == key else { return [] }
        return list.prompts.filter { isName($0.file) && $0.tokens > 0 && FileSystem.size(of: folder.appending($0.file)) == $0.bytes }
    }

    /// The list of a folder; `nil` for one that has none or a broken one.
    private static func list(in folder: FilePath) -> List? {
        let path = folder.appending(listName)
        guard let size = FileSystem.size(of: path), size <= largestList, let data = FileManager.default.contents(atPath: path.string) else {
            return nil
        }
        return try? JSONDecoder().decode(List.self, from: data)
    }

    private static func isName(_ name: String) -> Bool {
        name.hasSuffix(".prompt") && name.utf8.count <= 64
            && name.utf8.allSatisfy { UInt8(ascii: "-")...UInt8(ascii: "z") ~= $0 && $0 != UInt8(ascii: "/") }
    }
}
