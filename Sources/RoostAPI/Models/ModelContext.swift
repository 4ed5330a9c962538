/// The context of a model: of its engine, or, if it is not loaded, of the engine that would be started now.
package struct ModelContext: Sendable, Codable, Hashable {
    /// The most tokens of one request, its prompt and its answer together.
    package var length: Int
    /// The number of requests that the engine processes in parallel.
    package var slots: Int
    /// Why; not a whole sentence.
    package var reason: String

    /// Creates a context.
    package init(length: Int, slots: Int, reason: String) {
        self.length = length
        self.slots = slots
        self.reason = reason
    }
}
