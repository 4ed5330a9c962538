import Foundation
import RoostCore

/// What a repository's folder held at one moment, and where.
struct FolderSnapshot: Sendable {
    let snapshot: MirrorSnapshot
    /// Where each file lies, and how it looked when it was hashed.
    let places: [RepositoryFilePath: RepositoryListing.File]

    /// Puts a snapshot together.
    ///
    /// - Parameters:
    ///   - id: The repository.
    ///   - files: Its files with their digests.
    init(id: RepositoryID, files: [(RepositoryListing.File, ContentDigest)]) {
        let newest = files.map(\.0.stamp.modified).max() ?? 0
        snapshot = MirrorSnapshot(
            id: id, files: files.map { MirrorFile(path: $0.path, size: $0.stamp.size, digest: $1) },
            lastModified: Date(timeIntervalSince1970: Double(newest) / 1e9))
        places = Dictionary(files.map { ($0.0.path, $0.0) }) { first, _ in first }
    }

    /// Whether a walk found exactly these files, unchanged.
    func matches(_ listing: RepositoryListing) -> Bool {
        places.count == listing.files.count && listing.files.allSatisfy { places[$0.path] == $0 }
    }
}
