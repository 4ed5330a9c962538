import DurableFiles
import Foundation
import HubClient
package import RoostAPI
package import RoostCore
import SystemPackage

extension CacheCleaner {
    /// Removes a model: a complete repository, one of its models, or one revision, with the models converted from it.
    /// Content that other snapshots use is kept, and so are the weights if only one of the models converted from them
    /// is removed.
    ///
    /// The files are removed from the snapshot first, so that no program finds an incomplete model.
    ///
    /// - Parameters:
    ///   - selector: The model to remove.
    ///   - isDryRun: Whether only to report what would be removed.
    /// - Returns: The removed files.
    /// - Throws: `RoostError` with code `modelNotFound`; `invalidRequest` for an ambiguous name; `conflict` while a
    ///   process downloads files of it, or if the cleaner has a reason to keep it; `fileSystem`.
    package func remove(_ selector: ModelSelector, isDryRun: Bool) throws -> CacheCleanup {
        let repository = cache.repository(selector.repository)
        let isWhole = selector.variant == nil && selector.revision == nil
        let commits = try repository.commits(of: selector)
        let partials = isWhole ? try repository.partials() : []
        let conversions = try receipts.conversions(of: selector, in: cache)
        guard !commits.isEmpty || !partials.isEmpty || !conversions.isEmpty else { throw RoostError.notHere(selector) }
        try requireFree(selector)
        for conversion in conversions where try conversion.isBeingMade() {
            throw RoostError(
                .conflict, "\(selector) cannot be removed: \(conversion.reference) is being converted from it. Wait for that, or cancel it.",
                field: "model")
        }
        // An ambiguous name is refused before anything is removed.
        let chosen = try commits.map { commit in (commit, files: try selector.variant.map { try repository.files(of: $0, in: commit) }) }
        var report = CacheCleanup(isDryRun: isDryRun)
        for conversion in conversions { try remove(conversion, &report) }
        let before = try repository.referencedBlobs()
        var goneFiles: Set<FilePath> = []
        var goneCommits: Set<CommitHash> = []
        for (commit, files) in chosen {
            if let files, files.isEmpty { continue }
            if let files, try repository.holdsModels(besides: files, in: commit) {
                try remove(files, of: commit, in: repository, &report)
                goneFiles.formUnion(files.map { repository.snapshot(commit).pushing(FilePath($0.description)) })
            } else {
                try remove(commit, of: repository, &report)
                goneCommits.insert(commit)
            }
        }
        guard !report.removed.isEmpty || !partials.isEmpty else { throw RoostError.notHere(selector) }
        let wanted = try isDryRun ? repository.wantedBlobs(without: goneCommits, goneFiles) : repository.referencedBlobs()
        try sweep(
            repository.blobNames().filter { (before.contains($0) || isWhole && ContentDigest(hex: $0) != nil) && !wanted.contains($0) },
            of: repository, &report)
        if isWhole {
            try removePartials(of: repository, olderThan: 0, &report)
            if !isDryRun { repository.removeEmptyFolders() }
        }
        return report
    }

    /// Removes the files of unfinished downloads of a repository, of any age.
    ///
    /// - Parameters:
    ///   - repository: The repository.
    ///   - isDryRun: Whether only to report what would be removed.
    /// - Returns: The removed files.
    /// - Throws: `RoostError` with code `conflict` if the cleaner has a reason to keep it; `fileSystem`.
    package func removePartials(of repository: RepositoryID, isDryRun: Bool) throws -> CacheCleanup {
        if let reason = reasonToKeep(repository) {
            throw RoostError(.conflict, "The partial files of \(repository) stay: \(reason).", field: "model")
        }
        var report = CacheCleanup(isDryRun: isDryRun)
        try removePartials(of: cache.repository(repository), olderThan: 0, &report)
        return report
    }

    private func requireFree(_ selector: ModelSelector) throws {
        if let reason = reasonToKeep(selector.repository) { throw RoostError(.conflict, "\(selector) stays: \(reason).", field: "model") }
        guard try !cache.isBeingFetched(selector.repository) else {
            throw RoostError(
                .conflict, "\(selector) cannot be removed: a process is downloading files of it. Wait for it, or end it, and try again.",
                field: "model")
        }
    }

    /// Removes a commit: first its refs, then its folder in one step, then the rest. Its blobs are left to the sweep.
    func remove(_ commit: CommitHash, of repository: CachedRepository, _ report: inout CacheCleanup) throws {
        let snapshot = repository.snapshot(commit)
        report.note(
            .snapshot, cache.relative(snapshot), bytes: try repository.entries(of: commit).reduce(0) { $0 + ($1.blobName == nil ? $1.size ?? 0 : 0) })
        guard !report.isDryRun else { return }
        for (name, meaning) in try repository.refs() where meaning == commit {
            try FileSystem.remove(cache.refFile(name, of: repository.id))
        }
        let aside = FileSystem.temporaryName(in: repository.folder)
        try FileSystem.move(snapshot, to: aside)
        try FileSystem.removeTree(aside)
        try FileSystem.remove(cache.treeFile(ResolvedRevision(repository: repository.id, revision: "", commit: commit)))
        try FileSystem.removeTree(repository.folder.appending(".no_exist").appending(commit.description))
        try receipts.remove(nil, of: repository.id, commit: commit)
    }

    private func remove(_ files: Set<RepositoryFilePath>, of commit: CommitHash, in repository: CachedRepository, _ report: inout CacheCleanup) throws
    {
        for file in try repository.entries(of: commit) where files.contains(file.path) {
            if !report.isDryRun { try FileSystem.remove(file.location) }
            report.note(.file, cache.relative(file.location), bytes: file.blobName == nil ? file.size ?? 0 : 0)
        }
        guard !report.isDryRun else { return }
        // With the list, Python would consider the snapshot incomplete. Without it, Python accepts the snapshot as it
        // is.
        try FileSystem.remove(cache.treeFile(ResolvedRevision(repository: repository.id, revision: "", commit: commit)))
        try receipts.remove(files, of: repository.id, commit: commit)
    }
}

extension CachedRepository {
    /// Whether a snapshot contains another model besides some files, or a model in another format.
    fileprivate func holdsModels(besides files: Set<RepositoryFilePath>, in commit: CommitHash) throws -> Bool {
        try entries(of: commit).contains { entry in
            let name = entry.path.fileName.lowercased()
            return !files.contains(entry.path) && [".gguf", ".safetensors", ".bin", ".pth", ".pt", ".onnx"].contains { name.hasSuffix($0) }
        }
    }

    /// The blobs that have links from other commits and files.
    fileprivate func wantedBlobs(without commits: Set<CommitHash>, _ files: Set<FilePath>) throws -> Set<String> {
        let remaining = try self.commits().filter { !commits.contains($0) }
        return Set(try remaining.flatMap { try entries(of: $0).filter { !files.contains($0.location) }.compactMap(\.blobName) })
    }

    /// Removes the repository's folders if they are empty.
    fileprivate func removeEmptyFolders() {
        for name in ["blobs", "trees", ".no_exist", "refs"] { prune(folder.appending(name)) }
        // `snapshots` is removed last: without it Python reports the repository as corrupt.
        let names = (try? FileSystem.names(in: folder)) ?? []
        guard names.allSatisfy({ $0 == "snapshots" }) else { return }
        prune(snapshots)
        _ = FileSystem.removeIfEmpty(folder)
    }

    private func prune(_ folder: FilePath) {
        for name in (try? FileSystem.names(in: folder)) ?? [] where (try? folder.appending(name).stat(followTargetSymlink: false))?.type == .directory
        {
            prune(folder.appending(name))
        }
        _ = FileSystem.removeIfEmpty(folder)
    }
}
