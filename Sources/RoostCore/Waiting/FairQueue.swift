/// Work that waits for a thread. The clients take turns: one with much work delays another only by what is being done already. A
/// value type.
package struct FairQueue<Work> {
    /// The work of each client, the oldest first.
    package private(set) var works: [String: [(id: Int, work: Work)]] = [:]
    /// The clients with work, the next one first.
    private var clients: [String] = []
    private var lastID = 0

    /// Creates a queue without work.
    package init() {}

    /// Returns a number for the next work.
    package mutating func newID() -> Int {
        lastID += 1
        return lastID
    }

    /// Adds work.
    ///
    /// - Parameters:
    ///   - id: Its number.
    ///   - work: The work.
    ///   - client: Whose it is.
    package mutating func add(_ id: Int, _ work: Work, of client: String) {
        if works[client] == nil { clients.append(client) }
        works[client, default: []].append((id, work))
    }

    /// Takes the next work; `nil` if there is none.
    package mutating func next() -> Work? { next { _ in true }?.work }

    /// Takes the next work of a client that may have more done.
    ///
    /// - Parameter mayHaveMore: Whether the work of a client may be done now.
    /// - Returns: The work and its client; `nil` if there is none.
    package mutating func next(where mayHaveMore: (String) -> Bool) -> (work: Work, client: String)? {
        guard let turn = clients.firstIndex(where: mayHaveMore) else { return nil }
        let client = clients.remove(at: turn)
        guard let work = works[client]?.removeFirst().work else { return nil }
        if works[client]?.isEmpty == false { clients.append(client) } else { works[client] = nil }
        return (work, client)
    }

    /// Takes work out of its turn.
    ///
    /// - Parameters:
    ///   - id: The number of the work.
    ///   - client: Whose it is.
    /// - Returns: The work; `nil` if it was taken already.
    package mutating func remove(_ id: Int, of client: String) -> Work? {
        guard let index = works[client]?.firstIndex(where: { $0.id == id }) else { return nil }
        let work = works[client]?.remove(at: index).work
        if works[client]?.isEmpty == true {
            works[client] = nil
            clients.removeAll { $0 == client }
        }
        return work
    }
}
