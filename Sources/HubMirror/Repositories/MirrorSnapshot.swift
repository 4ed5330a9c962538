import Foundation
import HubClient
import RoostCore

/// A repository at one commit.
struct MirrorSnapshot: Sendable {
    /// The repository.
    let id: RepositoryID
    /// The commit: 40 hexadecimal digits.
    let commit: String
    /// The files, ordered by the bytes of their paths.
    let files: [MirrorFile]
    /// The sum of all sizes, in bytes.
    let bytes: Int64
    /// The time at which it was made.
    let lastModified: Timestamp
    /// A warning for clients about this answer; one line.
    var warning: String?

    /// Creates a snapshot. A long one needs a second, so it is created on a thread for long work.
    ///
    /// - Parameters:
    ///   - id: The repository.
    ///   - commit: Its commit; `nil` to compute one from the content, so that equal content always has the same commit.
    ///   - files: Its files, in any order.
    ///   - lastModified: The time at which it was made.
    init(id: RepositoryID, commit: CommitHash? = nil, files: [MirrorFile], lastModified: Date) {
        let files = files.sorted { $0.path.description.utf8.lexicographicallyPrecedes($1.path.description.utf8) }
        self.init(
            id: id, commit: commit?.description ?? GitObject.sha1(of: files.map { "\($0.path)\0\($0.digest.hex)\0\($0.size)\n" }.joined()),
            ordered: files, lastModified: Timestamp(lastModified))
    }

    private init(id: RepositoryID, commit: String, ordered files: [MirrorFile], lastModified: Timestamp) {
        self.id = id
        self.commit = commit
        self.files = files
        self.lastModified = lastModified
        bytes = files.reduce(0) { $0 + $1.size }
    }

    /// Returns the same commit with some of its files.
    func keeping(_ files: [MirrorFile]) -> MirrorSnapshot { MirrorSnapshot(id: id, commit: commit, ordered: files, lastModified: lastModified) }

    /// The file with this path, compared by bytes.
    subscript(path: String) -> MirrorFile? {
        let index = index(notBefore: path)
        return index < files.count && files[index].path.description.utf8.elementsEqual(path.utf8) ? files[index] : nil
    }

    /// Returns the files below a folder; all files for an empty path.
    func range(of folder: String) -> Range<Int> {
        // `0` is the next character after `/`.
        folder.isEmpty ? files.indices : index(notBefore: "\(folder)/")..<index(notBefore: "\(folder)0")
    }

    /// Returns the index of the first file whose path is not before a text.
    private func index(notBefore text: String) -> Int {
        var range = files.indices
        while !range.isEmpty {
            let middle = range.lowerBound + range.count / 2
            if files[middle].path.description.utf8.lexicographicallyPrecedes(text.utf8) {
                range = middle + 1..<range.upperBound
            } else {
                range = range.lowerBound..<middle
            }
        }
        return range.lowerBound
    }

    /// Returns whether a revision is this snapshot of a folder: `main`, the commit, or at least seven digits of it.
    func isNamed(by revision: String) -> Bool {
        revision == "main" || (revision.utf8.count >= 7 && revision.isLowercaseHex && commit.hasPrefix(revision))
    }
}
