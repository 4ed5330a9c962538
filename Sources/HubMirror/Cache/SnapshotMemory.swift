import HubClient
import RoostCore

/// The lists that were requested last. A commit never changes, so a list in memory stays valid.
actor SnapshotMemory {
    private var snapshots: [RevisionKey: MirrorSnapshot] = [:]
    /// The keys; the one that was used last is at the end.
    private var order: [RevisionKey] = []
    private var fileCount = 0

    /// The most lists, …
    private static let most = 32
    /// … and the most files in all of them together: as many as one list can have.
    private static let mostFiles = 200_000

    subscript(revision: ResolvedRevision) -> MirrorSnapshot? {
        let key = RevisionKey(revision)
        guard let snapshot = snapshots[key] else { return nil }
        order.removeAll { $0 == key }
        order.append(key)
        return snapshot
    }

    func remember(_ snapshot: MirrorSnapshot, as revision: ResolvedRevision) {
        let key = RevisionKey(revision)
        forget(key)
        order.append(key)
        snapshots[key] = snapshot
        fileCount += snapshot.files.count
        while order.count > Self.most || (fileCount > Self.mostFiles && order.count > 1) { forget(order[0]) }
    }

    private func forget(_ key: RevisionKey) {
        order.removeAll { $0 == key }
        fileCount -= snapshots.removeValue(forKey: key)?.files.count ?? 0
    }
}

/// A commit of a repository, independent of the name in the request.
struct RevisionKey: Hashable, Sendable {
    private let repository: RepositoryID
    private let commit: CommitHash

    init(_ revision: ResolvedRevision) {
        repository = revision.repository
        commit = revision.commit
    }
}
