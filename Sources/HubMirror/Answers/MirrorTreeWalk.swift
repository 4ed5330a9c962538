import RoostCore

/// Iterates over a folder of a snapshot, so that a list of any length needs no further memory. Each folder comes before
/// its content.
struct MirrorTreeWalk: IteratorProtocol, Sendable {
    private let snapshot: MirrorSnapshot
    private let isRecursive: Bool
    private let commit: MirrorTreeEntry.Commit?
    /// The length of the listed folder's path in bytes, including its final slash.
    private let base: Int
    /// The files that are left.
    private var left: Range<Int>
    /// The entries before the next file, in reverse order.
    private var waiting: [MirrorTreeEntry] = []
    private var previous: [UInt8] = []

    /// Creates an iterator.
    ///
    /// - Parameters:
    ///   - snapshot: The repository.
    ///   - folder: The path of the folder; empty for the whole repository. The result is `nil` when there is no such
    ///     folder.
    ///   - isRecursive: Whether to include the content of its folders.
    ///   - commit: The last commit of every entry.
    init?(_ snapshot: MirrorSnapshot, folder: String, isRecursive: Bool, commit: MirrorTreeEntry.Commit?) {
        left = snapshot.range(of: folder)
        guard !left.isEmpty else { return nil }
        self.snapshot = snapshot
        self.isRecursive = isRecursive
        self.commit = commit
        base = folder.isEmpty ? 0 : folder.utf8.count + 1
    }

    mutating func next() -> MirrorTreeEntry? {
        if waiting.isEmpty { advance() }
        guard var entry = waiting.popLast() else { return nil }
        entry.lastCommit = commit
        return entry
    }

    private mutating func advance() {
        guard let index = left.popFirst() else { return }
        let path = Array(snapshot.files[index].path.description.utf8)
        // A slash in the part that the paths share belongs to a folder that was returned already.
        let known = zip(path, previous).prefix { $0 == $1 }.count
        let folders = path.indices.filter { $0 >= max(base, known) && path[$0] == UInt8(ascii: "/") }.map {
            String(decoding: path[..<$0], as: UTF8.self)
        }
        previous = path
        if !isRecursive, let folder = folders.first {
            waiting = [snapshot.entry(ofFolder: folder)]
            left = snapshot.range(of: folder).upperBound..<left.upperBound
        } else {
            waiting = [MirrorTreeEntry(snapshot.files[index])] + folders.reversed().map { snapshot.entry(ofFolder: $0) }
        }
    }
}

extension MirrorSnapshot {
    /// Returns the file or folder with a path.
    func entry(at path: String) -> MirrorTreeEntry? {
        if let file = self[path] { return MirrorTreeEntry(file) }
        return path.isEmpty || range(of: path).isEmpty ? nil : entry(ofFolder: path)
    }

    /// Returns a folder. Its id is computed from the commit, so that it changes together with the content.
    fileprivate func entry(ofFolder path: String) -> MirrorTreeEntry {
        MirrorTreeEntry(folder: path, oid: GitObject.sha1(of: "\(commit)\0\(path)\n"))
    }
}
