import DurableFiles
import Foundation
import HubClient
package import RoostAPI
package import RoostCore
import Synchronization
package import SystemPackage

/// The folder of the receipts of Roost's pulls: `<home>/models/<org>--<name>/<commit>/receipt.json`.
///
/// They are outside of the Hub cache, because other programs share the cache, and Python's tools report unknown files
/// in it as corrupt.
package struct ReceiptFolder: Sendable {
    let models: ConvertedModels

    /// Two pulls of one commit may end at the same time. One lock in this process is enough, because only one process
    /// uses a home folder.
    private static let changing = Mutex<Void>(())

    /// Creates a reference to the folder, without reading or creating anything.
    ///
    /// - Parameter home: Roost's home folder.
    package init(home: FilePath) { models = ConvertedModels(home: home) }

    /// Returns the receipt of a commit.
    ///
    /// - Parameters:
    ///   - repository: The repository.
    ///   - commit: The commit.
    /// - Returns: The receipt; `nil` if there is none or it cannot be read.
    package func receipt(of repository: RepositoryID, commit: CommitHash) -> ModelReceipt? {
        guard let json = FileManager.default.contents(atPath: file(repository, commit).string), json.count <= TreeListing.mostBytes,
            let receipt = try? JSONDecoder().decode(ModelReceipt.self, from: json), receipt.formatVersion == 1
        else { return nil }
        return receipt
    }

    /// Adds the files of a pull to the commit's receipt. The receipt is on the disk when this returns.
    ///
    /// - Parameters:
    ///   - receipt: The receipt of the pull. Other files of earlier pulls are kept.
    ///   - repository: The repository.
    ///   - commit: The commit.
    /// - Throws: `RoostError` with code `fileSystem` or `insufficientSpace`.
    package func add(_ receipt: ModelReceipt, of repository: RepositoryID, commit: CommitHash) throws {
        try Self.changing.withLock { _ in
            try write(self.receipt(of: repository, commit: commit).map(receipt.merging) ?? receipt, of: repository, commit: commit)
        }
    }

    /// Removes files from a commit's receipt. A receipt without files is deleted.
    ///
    /// - Parameters:
    ///   - paths: The files that no longer exist; `nil` for all.
    ///   - repository: The repository.
    ///   - commit: The commit.
    /// - Throws: `RoostError` with code `fileSystem` or `insufficientSpace`.
    func remove(_ paths: Set<RepositoryFilePath>?, of repository: RepositoryID, commit: CommitHash) throws {
        try Self.changing.withLock { _ in try removeAlone(paths, of: repository, commit: commit) }
    }

    private func removeAlone(_ paths: Set<RepositoryFilePath>?, of repository: RepositoryID, commit: CommitHash) throws {
        guard var receipt = receipt(of: repository, commit: commit) else { return }
        let gone = paths.map { Set($0.map(\.description)) }
        receipt.files.removeAll { gone?.contains($0.path) ?? true }
        guard receipt.files.isEmpty else { return try write(receipt, of: repository, commit: commit) }
        let path = file(repository, commit)
        try FileSystem.remove(path)
        // The other files in the folder belong to conversions and are not removed here.
        if FileSystem.removeIfEmpty(path.removingLastComponent()) { _ = FileSystem.removeIfEmpty(models.folder(of: repository)) }
    }

    private func write(_ receipt: ModelReceipt, of repository: RepositoryID, commit: CommitHash) throws {
        let path = file(repository, commit)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let parent = path.removingLastComponent()
        try FileSystem.makeFolder(parent)
        try FileSystem.write(try encoder.encode(receipt), to: path, temporaryIn: parent)
        try FileSystem.flushFolder(parent)
    }

    private func file(_ repository: RepositoryID, _ commit: CommitHash) -> FilePath {
        models.folder(of: repository, at: commit).appending("receipt.json")
    }
}

extension ModelReceipt {
    /// The expected sizes and digests of the files; invalid entries are ignored.
    var expectations: [RepositoryFile] {
        files.compactMap { file in
            let hex = file.digest.split(separator: ":").last.map(String.init) ?? ""
            guard let path = try? RepositoryFilePath(parsing: file.path), let digest = ContentDigest(hex: hex) else { return nil }
            return RepositoryFile(path: path, size: file.size, digest: digest)
        }
    }
}
