import Foundation
public import RoostCore
import Synchronization
public import SystemPackage

/// Where Roost notes what its pulls have put on this machine: `<home>/models/<org>--<name>/<commit>/receipt.json`.
///
/// Outside the Hub cache, which belongs to everybody and where Python's tools call what they do not know corrupt.
public struct ReceiptFolder: Sendable {
    let models: ConvertedModels

    /// Two pulls of one commit may end at the same time; a home belongs to one process.
    private static let changing = Mutex<Void>(())

    /// Names the folder; nothing is read or made yet.
    ///
    /// - Parameter home: Roost's home.
    public init(home: FilePath) { models = ConvertedModels(home: home) }

    /// The receipt of a commit.
    ///
    /// - Parameters:
    ///   - repository: The repository.
    ///   - commit: The commit.
    /// - Returns: The receipt; `nil` when there is none that can be read.
    public func receipt(of repository: RepositoryID, commit: CommitHash) -> ModelReceipt? {
        guard let json = FileManager.default.contents(atPath: file(repository, commit).string), json.count <= TreeListing.mostBytes,
            let receipt = try? JSONDecoder().decode(ModelReceipt.self, from: json), receipt.formatVersion == 1
        else { return nil }
        return receipt
    }

    /// Adds what a pull has put on this machine to the commit's receipt. It is on the disk when this returns.
    ///
    /// - Parameters:
    ///   - receipt: What the pull brought; an earlier pull's other files stay noted.
    ///   - repository: The repository.
    ///   - commit: The commit.
    /// - Throws: `RoostError` with code `fileSystem` or `insufficientSpace`.
    public func add(_ receipt: ModelReceipt, of repository: RepositoryID, commit: CommitHash) throws {
        try Self.changing.withLock { _ in
            try write(self.receipt(of: repository, commit: commit).map(receipt.merging) ?? receipt, of: repository, commit: commit)
        }
    }

    /// Takes files out of a commit's receipt; without any file left, the receipt goes.
    ///
    /// - Parameters:
    ///   - paths: The files that are no longer there; `nil` for all.
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
        // What else lies there was made from the files and is no business of ours.
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
    /// What the files have to be; an entry that somebody spoilt is left out.
    var expectations: [RepositoryFile] {
        files.compactMap { file in
            let hex = file.digest.split(separator: ":").last.map(String.init) ?? ""
            guard let path = try? RepositoryFilePath(parsing: file.path), let digest = ContentDigest(hex: hex) else { return nil }
            return RepositoryFile(path: path, size: file.size, digest: digest)
        }
    }
}
