import RoostCore

/// Goes through a folder of a snapshot entry by entry, so that a list of any length takes no memory of its own. Each folder stands before what is in it.
struct MirrorTreeWalk: IteratorProtocol, Sendable {
    private let snapshot: MirrorSnapshot
    private let isRecursive: Bool
    private let commit: MirrorTreeEntry.Commit?
    /// The bytes of each path that lead to the listed folder, its slash included.
    private let base: Int
    /// The files to come.
    private var left: Range<Int>
    /// Entries that come before the next file, the last one first.
    private var waiting: [MirrorTreeEntry] = []
    private var previous: [UInt8] = []

    /// Begins a walk.
    ///
    /// - Parameters:
    ///   - snapshot: The repository.
    ///   - folder: The folder's path; empty for the whole repository. `nil` results when there is no such folder.
    ///   - isRecursive: Whether to go into its folders.
    ///   - commit: What every entry says about its last commit.
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
        // A slash that the last path had, too, is one of a folder that was told already.
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
    /// The file or folder with that path.
    func entry(at path: String) -> MirrorTreeEntry? {
        if let file = self[path] { return MirrorTreeEntry(file) }
        return path.isEmpty || range(of: path).isEmpty ? nil : entry(ofFolder: path)
    }

    /// A folder. Its name is made from the commit, so that it changes when what is in it does.
    fileprivate func entry(ofFolder path: String) -> MirrorTreeEntry {
        MirrorTreeEntry(folder: path, oid: GitObject.sha1(of: "\(commit)\0\(path)\n"))
    }
}
