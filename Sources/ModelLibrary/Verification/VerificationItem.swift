import HubClient
import RoostAPI
import RoostCore
import SystemPackage

/// A file to verify, with its expected size and digest.
struct VerificationItem: Sendable, Hashable {
    let repository: RepositoryID
    let commit: CommitHash
    let path: RepositoryFilePath
    /// The path in the snapshot.
    let location: FilePath
    /// The path of the blob; the path in the snapshot if there is none.
    let content: FilePath
    let size: Int64?
    let identity: SnapshotEntry.Identity?
    let expectedSize: Int64?
    let expectedDigest: ContentDigest?
    /// The recipe of the conversion, if it is not a file of the Hub.
    var recipe: QuantizationTag?

    func finding(_ problem: VerifyReport.Problem, _ what: String) -> VerifyReport.Finding {
        VerifyReport.Finding(
            model: repository.description, commit: commit.description, path: path.description, problem: problem,
            message: "\(repository) \(path.description.quotedForPeople) \(what)", location: content.string,
            recipe: recipe?.description)
    }
}

extension VerificationItem {
    /// Creates an item for a converted model; `nil` if the conversion is not finished.
    init?(_ conversion: ConversionFolder) {
        let receipt = conversion.receipt
        let stat = try? conversion.modelFile.stat()
        let size = stat?.type == .regular ? stat?.size : nil
        guard receipt != nil || size != nil,
            let path = try? RepositoryFilePath(parsing: "\(conversion.recipe)/\(ConvertedModels.modelName)")
        else { return nil }
        let hex = receipt?.model.digest.split(separator: ":").last.map(String.init)
        self.init(
            repository: conversion.repository, commit: conversion.commit, path: path, location: conversion.modelFile, content: conversion.modelFile,
            size: size, identity: stat.map { .init(device: $0.deviceID, inode: $0.inode) }, expectedSize: receipt?.model.size,
            expectedDigest: hex.flatMap(ContentDigest.init(hex:)), recipe: conversion.recipe)
    }
}

extension CachedRepository {
    /// Returns the files of a commit: all files in its snapshot, and the missing files of earlier pulls.
    ///
    /// - Parameters:
    ///   - commit: The commit.
    ///   - variant: Only the files of this model, and the small files beside them.
    ///   - receipt: Roost's receipt of the commit.
    /// - Returns: The files, ordered by path.
    /// - Throws: `RoostError` with code `fileSystem`.
    func items(of commit: CommitHash, variant: VariantName?, receipt: ModelReceipt?) throws -> [VerificationItem] {
        let revision = ResolvedRevision(repository: id, revision: commit.description, commit: commit)
        let noted = receipt?.expectations ?? []
        let known = Dictionary((noted + (TreeFile.files(at: cache.treeFile(revision)) ?? [])).map { ($0.path, $0) }) { first, _ in first }
        let entries = Dictionary(try entries(of: commit).map { ($0.path, $0) }) { first, _ in first }
        let paths = Set(entries.keys).union(noted.map(\.path))
        let others = variant.map { models(in: paths, of: commit).files(besides: $0) } ?? []
        return paths.subtracting(others).sorted { $0.description < $1.description }.map { path in
            let entry = entries[path]
            let expected = known[path]
            let location = snapshot(commit).pushing(FilePath(path.description))
            let blob = entry?.blobName ?? (cache.makesLinks ? expected?.digest.hex : nil)
            return VerificationItem(
                repository: id, commit: commit, path: path, location: location,
                content: blob.map { blobs.appending($0) } ?? location, size: entry?.size, identity: entry?.identity, expectedSize: expected?.size,
                expectedDigest: expected?.digest ?? entry?.namedDigest)
        }
    }
}
