import Foundation
import RoostCore

/// A repository at one moment. The commit is made from the content, so equal content always has the same commit.
struct MirrorSnapshot: Sendable {
    /// The repository.
    let id: RepositoryID
    /// 40 hexadecimal digits.
    let commit: String
    /// The files, ordered by the bytes of their paths.
    let files: [MirrorFile]
    private let byPath: [String: MirrorFile]

    /// Puts a snapshot together.
    ///
    /// - Parameters:
    ///   - id: The repository.
    ///   - files: Its files, ordered by the bytes of their paths.
    init(id: RepositoryID, files: [MirrorFile]) {
        self.id = id
        self.files = files
        self.commit = GitObject.sha1(of: files.map { "\($0.path)\0\($0.digest.hex)\0\($0.size)\n" }.joined())
        // Two names that Unicode calls equal are one key here; the first wins.
        self.byPath = Dictionary(files.map { ($0.path.description, $0) }) { first, _ in first }
    }

    /// The file with that path.
    subscript(path: String) -> MirrorFile? { byPath[path] }

    /// Whether a revision means this snapshot: `main`, the commit, or at least seven digits of it.
    func isNamed(by revision: String) -> Bool {
        revision == "main" || (revision.utf8.count >= 7 && revision.isLowercaseHex && commit.hasPrefix(revision))
    }

    /// Whether a walk found exactly these files, unchanged.
    func matches(_ listing: RepositoryListing) -> Bool {
        files.elementsEqual(listing.files) { $0.path == $1.path && $0.location == $1.location && $0.stamp == $1.stamp }
    }

    /// When the newest file was changed.
    var lastModified: Timestamp {
        Timestamp(Date(timeIntervalSince1970: Double(files.map(\.stamp.modified).max() ?? 0) / 1e9))
    }

    /// The sum of all sizes, in bytes.
    var bytes: Int64 { files.reduce(0) { $0 + $1.size } }
}
