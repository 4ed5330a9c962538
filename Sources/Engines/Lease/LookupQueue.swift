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

    /// The lookups that the engine answers.
    private(set) var running: [Entry] = []
    /// The lookups that wait, in the order of arrival.
    private(set) var waiting: [Entry] = []

    /// Adds a lookup; it runs at once if it is its turn.
    mutating func add(_ entry: Entry) {
        waiting.append(entry)
        start()
    }

    /// Removes a lookup that the engine has answered, or one that waits and whose client left.
    mutating func remove(_ id: Int) {
        running.removeAll { $0.id == id }
        waiting.removeAll { $0.id == id }
        start()
    }

    private mutating func start() {
        while running.count < Self.mostRunning,
            let next = waiting.firstIndex(where: { entry in !running.contains { $0.client == entry.client } })
        {
            running.append(waiting.remove(at: next))
        }
    }
}
