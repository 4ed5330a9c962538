import Foundation
import RoostCore

/// The content of a repository's folder at one moment, with the location of each file.
struct FolderSnapshot: Sendable {
    let snapshot: MirrorSnapshot
    /// The location of each file, with its stamp at the time of hashing.
    let places: [RepositoryFilePath: RepositoryListing.File]

    /// Creates a snapshot.
    ///
    /// - Parameters:
    ///   - id: The repository.
    ///   - files: The files with their digests.
    init(id: RepositoryID, files: [(RepositoryListing.File, ContentDigest)]) {
        let newest = files.map(\.0.stamp.modified).max() ?? 0
        snapshot = MirrorSnapshot(
            id: id, files: files.map { MirrorFile(path: $0.path, size: $0.stamp.size, digest: $1) },
            lastModified: Date(timeIntervalSince1970: Double(newest) / 1e9))
        places = Dictionary(files.map { ($0.0.path, $0.0) }) { first, _ in first }
    }

    /// Returns whether a listing contains exactly these files, unchanged.
    func matches(_ listing: RepositoryListing) -> Bool {
        places.count == listing.files.count && listing.files.allSatisfy { places[$0.path] == $0 }
    }
}
