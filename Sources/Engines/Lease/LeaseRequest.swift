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
    /// Which of the client's requests go first, within `priorities`.
    package var priority = 0
    /// Whether it continues an answer that its client has in part, and whose engine ended: then it goes first, and is never
    /// refused because others wait.
    package var continues = false
    /// Gets the place in the queue.
    package var ticket: QueueTicket?
    /// The context that it asks for; `nil` for any.
    package var context: ContextWish?
    /// The begin of the prompt, to find other requests with the same one; `nil` to let the engine choose the slot.
    package var prompt: PromptOutline?
    /// The text that the engine reads; `nil` without one to check.
    package var text: RequestText?

    /// The allowed priorities: 0 is normal, higher ones go first among the requests of the same client, and lower ones also
    /// leave more of the engine to other clients.
    package static let priorities = AdmissionQueue.priorities

    /// Creates a request.
    package init(
        fingerprint: RequestFingerprint? = nil, client: String = "", slots: Int = 1, tokens: Int = 1, ticket: QueueTicket? = nil,
        prompt: PromptOutline? = nil, text: RequestText? = nil
    ) {
        self.fingerprint = fingerprint
        self.client = client
        self.slots = slots
        self.tokens = tokens
        self.ticket = ticket
        self.prompt = prompt
        self.text = text
    }
}
