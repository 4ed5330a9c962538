/// What a request needs of an engine, and who sends it.
package struct LeaseRequest: Sendable {
    /// The request as it is sent to the engine, so that a crash counts against it; `nil` if it is not a client's request.
    package var fingerprint: RequestFingerprint?
    /// The client, with which the engine is shared fairly, such as an address.
    package var client: String
    /// The number of slots that it needs: one for each answer.
    package var slots: Int
    /// The work, in tokens of prompt and answer together; an estimate.
    package var tokens: Int
    /// Gets the place in the queue.
    package var ticket: QueueTicket?
    /// The context that it asks for; `nil` for any.
    package var context: ContextWish?

    /// Creates a request.
    package init(fingerprint: RequestFingerprint? = nil, client: String = "", slots: Int = 1, tokens: Int = 1, ticket: QueueTicket? = nil) {
        self.fingerprint = fingerprint
        self.client = client
        self.slots = slots
        self.tokens = tokens
        self.ticket = ticket
    }
}
