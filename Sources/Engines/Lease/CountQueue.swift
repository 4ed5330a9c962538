/// Decides which prompts an engine counts at a time. It counts outside of its steps, on as many threads as it is asked, and
/// would leave no processor to its answers. A value type.
struct CountQueue: Sendable {
    /// A prompt.
    struct Prompt: Sendable, Hashable {
        /// Distinguishes the prompts of an engine.
        let id: Int
        /// The client, such as its address.
        let client: String
    }

    /// The most prompts at a time. Each client has one of them.
    private static let mostCounted = 2

    /// The prompts that the engine counts.
    private(set) var counted: [Prompt] = []
    /// The prompts that wait, in the order of arrival.
    private(set) var waiting: [Prompt] = []

    /// Adds a prompt; it is counted at once if it is its turn.
    mutating func add(_ prompt: Prompt) {
        waiting.append(prompt)
        start()
    }

    /// Removes a prompt that was counted, or whose client left.
    mutating func remove(_ id: Int) {
        counted.removeAll { $0.id == id }
        waiting.removeAll { $0.id == id }
        start()
    }

    private mutating func start() {
        while counted.count < Self.mostCounted,
            let next = waiting.firstIndex(where: { prompt in !counted.contains { $0.client == prompt.client } })
        {
            counted.append(waiting.remove(at: next))
        }
    }
}
