import HubClient
import RoostCore

/// The lists that were asked for last. A commit never changes, so one that is here is right.
actor SnapshotMemory {
    private struct Key: Hashable {
        let repository: RepositoryID
        let commit: CommitHash
    }

    private var snapshots: [Key: MirrorSnapshot] = [:]
    /// The keys, the one that was used last at the end.
    private var order: [Key] = []

    /// A list can have 200,000 entries.
    private static let most = 32

    subscript(revision: ResolvedRevision) -> MirrorSnapshot? {
        let key = Key(repository: revision.repository, commit: revision.commit)
        guard let snapshot = snapshots[key] else { return nil }
        order.removeAll { $0 == key }
        order.append(key)
        return snapshot
    }

    func remember(_ snapshot: MirrorSnapshot, as revision: ResolvedRevision) {
        let key = Key(repository: revision.repository, commit: revision.commit)
        order.removeAll { $0 == key }
        order.append(key)
        snapshots[key] = snapshot
        if order.count > Self.most { snapshots[order.removeFirst()] = nil }
    }
}
