import Foundation
public import RoostCore
public import SystemPackage

/// The folder of one conversion in Roost's home: a model with its receipt, or what an unfinished one has left.
package struct ConversionFolder: Sendable, Hashable {
    /// What the model was made of.
    package let repository: RepositoryID
    /// Its commit.
    package let commit: CommitHash
    /// What it was made by.
    package let recipe: QuantizationTag
    /// The folder; it need not exist.
    package let path: FilePath

    /// Names a folder; nothing is read or made yet.
    package init(_ models: ConvertedModels, of repository: RepositoryID, at commit: CommitHash, recipe: QuantizationTag) {
        self.repository = repository
        self.commit = commit
        self.recipe = recipe
        path = models.folder(of: repository, at: commit, recipe: recipe)
        lock = FileLock(models.lockFile(of: repository, at: commit, recipe: recipe))
    }

    /// How the model is called.
    package var reference: ModelReference { ModelReference(repository: repository, quantization: recipe) }

    /// The model; there only when it is finished.
    package var modelFile: FilePath { path.appending(ConvertedModels.modelName) }

    /// Who makes or removes the model holds this. Its file lies outside of the folder, and stays when that goes.
    package let lock: FileLock

    private var receiptFile: FilePath { path.appending("receipt.json") }

    /// What the model was made of, and how; `nil` when nothing was noted that can be read.
    package var receipt: ConversionReceipt? {
        guard let json = FileManager.default.contents(atPath: receiptFile.string), json.count <= 4 << 20 else { return nil }
        return (try? JSONDecoder().decode(ConversionReceipt.self, from: json)).flatMap { $0.formatVersion == 1 ? $0 : nil }
    }

    /// Notes how the model was made. It is on the disk when the folder is flushed.
    ///
    /// - Throws: `RoostError` with code `fileSystem` or `insufficientSpace`.
    package func write(_ receipt: ConversionReceipt) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        try FileSystem.write(try encoder.encode(receipt), to: receiptFile, temporaryIn: path)
    }

    /// Whether somebody makes the model now. Asking makes no lock file.
    func isBeingMade() throws -> Bool { try lock.isHeld() }

    /// What only an unfinished conversion needs.
    func leftovers() throws -> [FilePath] {
        try FileSystem.names(in: path).filter { name in
            name == "run.json" || name.hasSuffix(".roost.incomplete") || name.hasSuffix(".roost.journal")
                || name.hasPrefix(".roost-") && name.hasSuffix(".tmp")
        }.map { path.appending($0) }
    }

    /// What all files of the folder take on the disk, in bytes.
    func allocatedBytes() throws -> Int64 {
        try FileSystem.names(in: path).reduce(0) { $0 + FileSystem.allocatedBytes(of: path.appending($1)) }
    }

    /// When somebody last wrote to the folder.
    func modified() throws -> Date {
        let files = try FileSystem.names(in: path).map { path.appending($0) } + [path]
        return files.compactMap { (try? $0.stat(followTargetSymlink: false))?.modified }.max() ?? .distantPast
    }

    /// Removes the model and its folder. Should this process end meanwhile, what is left is a model that works, or no model.
    ///
    /// - Returns: Whether it is gone; not while somebody makes it.
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
    /// The repositories that something was made of, or pulled from.
    func repositories() -> [RepositoryID] { models.repositories() }

    /// What was made of a repository, finished or not.
    package func conversions(of repository: RepositoryID) -> [ConversionFolder] {
        models.commits(of: repository).flatMap { commit in
            models.recipes(of: repository, at: commit).map { ConversionFolder(models, of: repository, at: commit, recipe: $0) }
        }
    }

    /// What a selector means of what was made, finished or not.
    ///
    /// - Parameters:
    ///   - selector: Which.
    ///   - cache: Knows what branches and tags mean.
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

    /// Folders that engines have models in which Roost made: one for each commit.
    ///
    /// - Parameters:
    ///   - selector: Which models.
    ///   - cache: Knows what branches and tags mean.
    /// - Returns: The folders of the commits.
    /// - Throws: `RoostError` with code `fileSystem`.
    public func conversionFolders(of selector: ModelSelector, in cache: HubCache) throws -> [FilePath] {
        try conversions(of: selector, in: cache).map { $0.path.removingLastComponent() }
    }

    /// Sets a damaged model that Roost made aside in one step, so that nobody is given it any more.
    ///
    /// - Parameter finding: What a verification has found, with a recipe.
    /// - Returns: Where it lies now; `nil` when there was nothing to set aside.
    /// - Throws: `RoostError` with code `conflict` while somebody makes it anew; `fileSystem`; `invalidRequest` for a finding of another home.
    public func quarantine(_ finding: VerifyReport.Finding) throws -> String? {
        let repository = try RepositoryID(parsing: finding.model)
        let model = conversions(of: repository).first { $0.modelFile.string == finding.location }
        guard let model else {
            guard finding.problem == .missing else { throw RoostError(.invalidRequest, "\(finding.location) is no model that was made here.") }
            return nil
        }
        let aside = FileSystem.temporaryName(in: model.path)
        let moved: Void? = try model.lock.holdingIfFree {
            guard FileSystem.size(of: model.modelFile) != nil else { return }
            try FileSystem.move(model.modelFile, to: aside)
        }
        guard moved != nil else { throw RoostError(.conflict, "\(model.reference) is being made anew. Wait for it to end and repair again.") }
        return FileSystem.size(of: aside) == nil ? nil : aside.string
    }
}
