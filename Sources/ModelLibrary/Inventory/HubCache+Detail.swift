import DurableFiles
import Foundation
package import HubClient
package import RoostAPI
package import RoostCore
package import SystemPackage

extension HubCache {
    /// Returns the details of a model in the cache.
    ///
    /// - Parameters:
    ///   - selector: The model.
    ///   - receipts: Roost's receipts of its pulls.
    ///   - models: Its models that an engine can load.
    /// - Returns: The details.
    /// - Throws: `RoostError` with code `modelNotFound` or `fileSystem`.
    package func detail(of selector: ModelSelector, receipts: ReceiptFolder, models: [ModelView]) throws -> ModelDetail {
        let repository = repository(selector.repository)
        var sizes: [SnapshotEntry.Identity: Int64] = [:]
        let refs = try repository.refs()
        let revisions = try repository.commits(of: selector).compactMap { commit -> ModelDetail.Revision? in
            let receipt = receipts.receipt(of: repository.id, commit: commit)
            let items = try repository.items(of: commit, variant: selector.variant, receipt: receipt)
            for item in items { if let identity = item.identity, let size = item.size { sizes[identity] = size } }
            let names = refs.filter { $0.value == commit }.map(\.key).sorted()
            return ModelDetail.Revision(
                commit: commit.description, refs: names, localPath: repository.snapshot(commit).string,
                files: items.map { .init(path: $0.path.description, size: $0.size, digest: $0.expectedDigest?.description) }, receipt: receipt)
        }
        let partials = try partials(of: repository)
        let conversions = try receipts.conversions(of: selector, in: self).compactMap(detail)
        guard !revisions.isEmpty || !partials.isEmpty || !conversions.isEmpty,
            selector.variant == nil || !models.isEmpty || !conversions.isEmpty
        else { throw RoostError.notHere(selector) }
        return ModelDetail(
            model: selector.description, sizeBytes: sizes.values.reduce(0, +) + conversions.reduce(0) { $0 + $1.sizeBytes },
            path: repository.folder.string, models: models,
            revisions: revisions.sorted { ($0.refs.isEmpty ? 1 : 0, $0.commit) < ($1.refs.isEmpty ? 1 : 0, $1.commit) }, partials: partials,
            conversions: conversions)
    }

    private func detail(of conversion: ConversionFolder) -> ModelDetail.Conversion? {
        guard let size = FileSystem.size(of: conversion.modelFile) else { return nil }
        let receipt = conversion.receipt
        let snapshot = repository(conversion.repository).snapshot(conversion.commit)
        let hasSources = receipt?.sources.allSatisfy { FileSystem.size(of: snapshot.pushing(FilePath($0.path))) == $0.size } ?? false
        return ModelDetail.Conversion(
            model: conversion.reference.description, commit: conversion.commit.description, path: conversion.modelFile.string, sizeBytes: size,
            hasSources: hasSources, receipt: receipt)
    }

    /// Returns the snapshot folders that a selector refers to.
    ///
    /// - Parameter selector: The repository, and optionally the revision.
    /// - Returns: Their paths; empty for a model that is not in the cache.
    /// - Throws: `RoostError` with code `fileSystem`.
    package func snapshots(of selector: ModelSelector) throws -> [FilePath] {
        let repository = repository(selector.repository)
        return try repository.commits(of: selector).map(repository.snapshot)
    }

    /// Returns the files of unfinished downloads in the cache.
    ///
    /// - Throws: `RoostError` with code `fileSystem`.
    package func partials() throws -> [PartialDownload] { try repositories().flatMap(partials) }

    private func partials(of repository: CachedRepository) throws -> [PartialDownload] {
        try repository.partials().map { partial in
            PartialDownload(
                model: repository.id.description, path: partial.path.string, bytes: partial.bytes, writer: partial.writer,
                modifiedAt: Timestamp(partial.modified), isInUse: try isLocked(blob: partial.blobName, of: repository.id))
        }
    }
}
