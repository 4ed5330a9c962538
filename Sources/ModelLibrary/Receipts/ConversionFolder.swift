package import DurableFiles
import Foundation
package import HubClient
package import RoostAPI
package import RoostCore
package import SystemPackage

/// The folder of a conversion in Roost's home folder: a model with its receipt, or the files of an unfinished
/// conversion.
package struct ConversionFolder: Sendable, Hashable {
    /// The repository of the weights.
    package let repository: RepositoryID
    /// The commit of the weights.
    package let commit: CommitHash
    /// The recipe of the conversion.
    package let recipe: QuantizationTag
    /// The path of the folder, which may not exist.
    package let path: FilePath

    /// Creates a reference to a folder, without reading or creating anything.
    package init(_ models: ConvertedModels, of repository: RepositoryID, at commit: CommitHash, recipe: QuantizationTag) {
        self.repository = repository
        self.commit = commit
        self.recipe = recipe
        path = models.folder(of: repository, at: commit, recipe: recipe)
        lock = FileLock(models.lockFile(of: repository, at: commit, recipe: recipe))
    }

    /// The model's name.
    package var reference: ModelReference { ModelReference(repository: repository, quantization: recipe) }

    /// The path of the model, which exists only after the conversion is finished.
    package var modelFile: FilePath { path.appending(ConvertedModels.modelName) }

    /// The lock for creating or removing the model. Its file is outside of the folder and remains when the folder is
    /// removed.
    package let lock: FileLock

    private var receiptFile: FilePath { path.appending("receipt.json") }

    /// The receipt of the conversion; `nil` if there is none or it cannot be read.
    package var receipt: ConversionReceipt? {
        guard let json = FileManager.default.contents(atPath: receiptFile.string), json.count <= 4 << 20 else { return nil }
        return (try? JSONDecoder().decode(ConversionReceipt.self, from: json)).flatMap { $0.formatVersion == 1 ? $0 : nil }
    }

    /// Writes the receipt. It is on the disk after the folder is flushed.
    ///
    /// - Throws: `RoostError` with code `fileSystem` or `insufficientSpace`.
    package func write(_ receipt: ConversionReceipt) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        try FileSystem.write(try encoder.encode(receipt), to: receiptFile, temporaryIn: path)
    }

    /// Whether the model is being created now. The test creates no lock file.
    func isBeingMade() throws -> Bool { try lock.isHeld() }

    /// The files that only an unfinished conversion needs.
    func leftovers() throws -> [FilePath] {
        try FileSystem.names(in: path).filter { name in
            name == "run.json" || name.hasSuffix(".roost.incomplete") || name.hasSuffix(".roost.journal")
                || name.hasPrefix(".roost-") && name.hasSuffix(".tmp")
        }.map { path.appending($0) }
    }

    /// The disk space of all files in the folder, in bytes.
    func allocatedBytes() throws -> Int64 {
        try FileSystem.names(in: path).reduce(0) { $0 + FileSystem.allocatedBytes(of: path.appending($1)) }
    }

    /// The time of the last write to the folder.
    func modified() throws -> Date {
        let files = try FileSystem.names(in: path).map { path.appending($0) } + [path]
        return files.compactMap { (try? $0.stat(followTargetSymlink: false))?.modified }.max() ?? .distantPast
    }

    /// Removes the model and its folder. If this process ends in between, the result is a working model or no model.
    ///
    /// - Returns: Whether it was removed; `false` while it is being created.
    /// - Throws: `RoostError` with code `fileSystem`.
    func remove() throws -> Bool {
        let removed: Void? = try lock.holdingIfFree {
            try FileSystem.remove(receiptFile)
            try FileSystem.remove(modelFile)
            try FileSystem.removeTree(path)
        }
        guard removed != nil else { return false }
        if FileSystem.removeIfEmpty(path.removingLastComponent()) {
            _ = FileSystem.removeIfEmpty(path.removingLastComponent().removingLastComponent())
        }
        return true
    }
}

extension ReceiptFolder {
    /// The repositories with conversions or pulls.
    func repositories() -> [RepositoryID] { models.repositories() }

    /// The conversions of a repository, finished or not.
    package func conversions(of repository: RepositoryID) -> [ConversionFolder] {
        models.commits(of: repository).flatMap { commit in
            models.recipes(of: repository, at: commit).map { ConversionFolder(models, of: repository, at: commit, recipe: $0) }
        }
    }

    /// The conversions that a selector refers to, finished or not.
    ///
    /// - Parameters:
    ///   - selector: The models.
    ///   - cache: The cache, for the commits of branches and tags.
    /// - Returns: Their folders.
    /// - Throws: `RoostError` with code `fileSystem`.
    func conversions(of selector: ModelSelector, in cache: HubCache) throws -> [ConversionFolder] {
        let meant = try selector.revision.flatMap { try cache.repository(selector.repository).refs()[$0] }
        return conversions(of: selector.repository).filter { conversion in
            guard selector.variant == nil || selector.variant == VariantName(conversion.recipe) else { return false }
            guard let revision = selector.revision else { return true }
            return meant.map { $0 == conversion.commit } ?? (revision.utf8.count >= 6 && conversion.commit.description.hasPrefix(revision))
        }
    }

    /// Returns the folders with models that Roost converted: one for each commit.
    ///
    /// - Parameters:
    ///   - selector: The models.
    ///   - cache: The cache, for the commits of branches and tags.
    /// - Returns: The folders of the commits.
    /// - Throws: `RoostError` with code `fileSystem`.
    package func conversionFolders(of selector: ModelSelector, in cache: HubCache) throws -> [FilePath] {
        try conversions(of: selector, in: cache).map { $0.path.removingLastComponent() }
    }

    /// Sets a damaged converted model aside in one step, so that it is no longer used.
    ///
    /// - Parameter finding: A finding of a verification, with a recipe.
    /// - Returns: The new path; `nil` if there was nothing to set aside.
    /// - Throws: `RoostError` with code `conflict` while it is being created again; `fileSystem`; `invalidRequest` for
    ///   a finding of another home folder.
    package func quarantine(_ finding: VerifyReport.Finding) throws -> String? {
        let repository = try RepositoryID(parsing: finding.model)
        let model = conversions(of: repository).first { $0.modelFile.string == finding.location }
        guard let model else {
            guard finding.problem == .missing else {
                throw RoostError(.invalidRequest, "\(finding.location) is not a model that was converted here.")
            }
            return nil
        }
        let aside = FileSystem.temporaryName(in: model.path)
        let moved: Void? = try model.lock.holdingIfFree {
            guard FileSystem.size(of: model.modelFile) != nil else { return }
            try FileSystem.move(model.modelFile, to: aside)
        }
        guard moved != nil else { throw RoostError(.conflict, "\(model.reference) is being converted again. Wait for it to end and repair again.") }
        return FileSystem.size(of: aside) == nil ? nil : aside.string
    }
}
