import HTTPServing
import ModelFormats
import NIOCore
import RoostAPI
import RoostCore
import Synchronization

/// A turn of a session: from its new messages to the complete answer. If the answer does not complete, the session stays as it was.
final class SessionTurn: Sendable {
    private let store: SessionStore
    private let name: SessionStore.Name
    private let stored: SessionStore.Stored?
    private let new: SessionMessages
    private let hasEnded = Mutex(false)

    /// Creates a turn of a session that was made busy for it.
    init(store: SessionStore, name: SessionStore.Name, stored: SessionStore.Stored?, new: SessionMessages) {
        self.store = store
        self.name = name
        self.stored = stored
        self.new = new
    }

    deinit { end() }

    /// Makes the session free for its next turn.
    func end() {
        let isFirst = hasEnded.withLock { hasEnded in
            defer { hasEnded = true }
            return !hasEnded
        }
        if isFirst { store.release(name) }
    }

    /// The bytes of the session before the turn.
    var storedBytes: Int { stored?.messages.byteCount ?? 0 }

    /// Returns the last messages before the turn, so many and those of the system; `nil` for the first turn.
    func history(atMost count: Int) -> SessionMessages? {
        guard var messages = stored?.messages else { return nil }
        messages.keepLast(count)
        return messages
    }

    /// Adds the turn to the session, and ends it. Returns when it is on the disk.
    ///
    /// - Parameter answer: The complete answer.
    /// - Throws: `RoostError` with code `database` or `insufficientSpace`.
    func save(_ answer: ChatAnswer) async throws {
        let json = JSON.buffer([ChatMessage(answer)])
        let (stored, new, limits) = (stored, new, store.limits)
        let messages = try await WorkThreads.run {
            var messages = stored?.messages ?? new
            if stored != nil { messages.append(new) }
            messages.append(SessionMessages(try JSONDocument(Array(json.readableBytesView)).root))
            messages.keepLast(limits.messages, bytes: limits.bytes)
            return messages
        }
        try await store.save(name, createdAt: stored?.createdAt, messages)
        // Before the client learns of the end, so that it can send its next message at once.
        end()
    }
}

extension ChatMessage {
    /// Creates the message of an answer.
    init(_ answer: ChatAnswer) {
        let calls = answer.calls.map { ToolCall(id: $0.id, name: $0.name, arguments: $0.arguments) }
        self.init(
            role: .assistant, content: answer.text, reasoningContent: answer.reasoning.isEmpty ? nil : answer.reasoning,
            toolCalls: calls.isEmpty ? nil : calls)
    }
}
