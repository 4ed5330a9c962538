import Foundation
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
    private let createdAt: Date?
    /// The messages before the turn; `nil` for the first one.
    private let earlier: SessionMessages?
    private let new: SessionMessages
    private let hasEnded = Mutex(false)

    /// Creates a turn of a session that was made busy for it.
    init(store: SessionStore, name: SessionStore.Name, createdAt: Date?, earlier: SessionMessages?, new: SessionMessages) {
        self.store = store
        self.name = name
        self.createdAt = createdAt
        self.earlier = earlier
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
    var storedBytes: Int { earlier?.byteCount ?? 0 }

    /// Returns the last messages before the turn, so many and those of the system; `nil` for the first turn.
    func history(atMost count: Int) -> SessionMessages? {
        guard var messages = earlier else { return nil }
        messages.keepLast(count)
        return messages
    }

    /// Adds the turn to the session, and ends it. Returns when it is on the disk.
    ///
    /// - Parameter answer: The complete answer.
    /// - Throws: `RoostError` with code `database` or `insufficientSpace`.
    func save(_ answer: ChatAnswer) async throws {
        let json = JSON.buffer([ChatMessage(answer)])
        let (earlier, new, limits) = (earlier, new, store.limits)
        let messages = try await WorkThreads.run {
            var messages = earlier ?? new
            if earlier != nil { messages.append(new) }
            messages.append(SessionMessages(try JSONDocument(Array(json.readableBytesView)).root))
            messages.keepLast(limits.messages, bytes: limits.bytes)
            return messages
        }
        try await store.save(name, createdAt: createdAt, messages)
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
