/// Decides which lookups an engine answers at a time. It reads their texts outside of its steps, on as many threads as it is
/// asked, and would leave no processor to its answers. A value type.
struct LookupQueue: Sendable {
    /// A lookup.
    struct Entry: Sendable, Hashable {
        /// Distinguishes the lookups and the requests of an engine.
        let id: Int
        /// The client, such as its address.
        let client: String
    }

    /// The most lookups at a time. Each client has one of them.
    private static let mostRunning = 2

    /// The lookups whose turn it is.
    private(set) var running: [Entry] = []
    /// The lookups that wait, in the order of arrival.
    private(set) var waiting: [Entry] = []
    /// Those of `running` that the engine has got.
    private(set) var sent: Set<Int> = []
    /// When each client with lookups had its last turn: the client that had none for longest is next.
    private var lastTurns: [String: Int] = [:]
    private var turns = 0

    /// Adds a lookup; it is its turn at once if there is room.
    mutating func add(_ entry: Entry) {
        waiting.append(entry)
        start()
    }

    /// Records that the engine gets a lookup.
    mutating func send(_ id: Int) { sent.insert(id) }

    /// Removes a lookup that the engine has answered, or one whose client left before the engine got it.
    mutating func remove(_ id: Int) {
        running.removeAll { $0.id == id }
        waiting.removeAll { $0.id == id }
        sent.remove(id)
        start()
        let clients = Set((running + waiting).map(\.client))
        lastTurns = lastTurns.filter { clients.contains($0.key) }
    }

    private mutating func start() {
        while running.count < Self.mostRunning, let next = nextIndex {
            let entry = waiting.remove(at: next)
            turns += 1
            lastTurns[entry.client] = turns
            running.append(entry)
        }
    }

    private var nextIndex: Int? {
        let busy = Set(running.map(\.client))
        return waiting.indices.filter { !busy.contains(waiting[$0].client) }.min {
            (lastTurns[waiting[$0].client] ?? 0, $0) < (lastTurns[waiting[$1].client] ?? 0, $1)
        }
    }
}
