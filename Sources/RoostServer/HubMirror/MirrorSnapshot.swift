import Foundation
import HubClient
import RoostCore

/// A repository at one commit.
struct MirrorSnapshot: Sendable {
    /// The repository.
    let id: RepositoryID
    /// 40 hexadecimal digits.
    let commit: String
    /// The files, ordered by the bytes of their paths.
    let files: [MirrorFile]
    /// When it was made.
    let lastModified: Timestamp
    /// What clients should know about this answer; one line.
    var warning: String?
    private let byPath: [String: MirrorFile]

    /// Puts a snapshot together.
    ///
    /// - Parameters:
    ///   - id: The repository.
    ///   - commit: Its commit; `nil` makes one from the content, so that equal content always has the same.
    ///   - files: Its files, in any order.
    ///   - lastModified: When it was made.
    init(id: RepositoryID, commit: CommitHash? = nil, files: [MirrorFile], lastModified: Date) {
        let files = files.sorted { $0.path.description.utf8.lexicographicallyPrecedes($1.path.description.utf8) }
        self.id = id
        self.files = files
        self.lastModified = Timestamp(lastModified)
        self.commit = commit?.description ?? GitObject.sha1(of: files.map { "\($0.path)\0\($0.digest.hex)\0\($0.size)\n" }.joined())
        // Two names that Unicode calls equal are one key here; the first wins.
        self.byPath = Dictionary(files.map { ($0.path.description, $0) }) { first, _ in first }
    }

    /// The file with that path.
    subscript(path: String) -> MirrorFile? { byPath[path] }

    /// Whether a revision means this snapshot of a folder: `main`, the commit, or at least seven digits of it.
    func isNamed(by revision: String) -> Bool {
        revision == "main" || (revision.utf8.count >= 7 && revision.isLowercaseHex && commit.hasPrefix(revision))
    }

    /// The sum of all sizes, in bytes.
    var bytes: Int64 { files.reduce(0) { $0 + $1.size } }
}
