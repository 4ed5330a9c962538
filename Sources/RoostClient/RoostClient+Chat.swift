import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
package import RoostAPI
package import RoostCore

extension RoostClient {
    /// Returns a chat answer in one piece.
    ///
    /// - Parameters:
    ///   - request: The conversation.
    ///   - format: The form of the answer; `nil` for any text.
    /// - Returns: The answer.
    /// - Throws: `RoostError`: the server's own, or `serverUnreachable`.
    package func chat(_ request: ChatRequest, format: AnswerFormat? = nil) async throws -> ChatResponse {
        var request = request
        request.stream = false
        return try await decode(send(.POST, "/chat", body: body(request, format), timeout: .seconds(Int64(request.timeout) + 30)))
    }

    /// Streams a chat answer. It ends when the task is cancelled, and the model then stops.
    ///
    /// - Parameters:
    ///   - request: The conversation.
    ///   - format: The form of the answer; `nil` for any text.
    ///   - onReasoning: Receives each piece of what the model thinks before its text.
    ///   - onText: Receives each piece of text.
    /// - Returns: The last event: why the answer ended, and the engine's counts and times.
    /// - Throws: `RoostError`: the server's own, also when the answer is incomplete, or `serverUnreachable`; `CancellationError`.
    package func chat(
        _ request: ChatRequest, format: AnswerFormat? = nil, onReasoning: (String) throws -> Void = { _ in }, onText: (String) throws -> Void
    ) async throws -> ChatEvent {
        var request = request
        request.stream = true
        let response = try await send(.POST, "/chat", body: body(request, format), timeout: .seconds(Int64(request.timeout) + 30))
        var events = ServerSentEvents()
        do {
            for try await bytes in response.body {
                for text in try events.feed(bytes.readableBytesView) {
                    let event = try JSONDecoder().decode(ChatEvent.self, from: Data(text.utf8))
                    if let error = event.error { throw RoostError(.init(rawValue: error.code), error.message) }
                    if let reasoning = event.delta.reasoningContent { try onReasoning(reasoning) }
                    if let content = event.delta.content { try onText(content) }
                    if event.done { return event }
                }
            }
        } catch let error as RoostError {
            throw error
        } catch {
            try Task.checkCancellation()
            throw brokenConnection(error)
        }
        try Task.checkCancellation()
        throw RoostError(.serverUnreachable, "The answer from \(server) ended too early; see the server's log.")
    }

    private func body(_ request: ChatRequest, _ format: AnswerFormat?) throws -> JSONText {
        var bytes = Array(try JSONEncoder().encode(request))
        if let format { bytes.replaceSubrange((bytes.count - 1)..., with: ",\(format.member)}".utf8) }
        return JSONText(bytes: bytes)
    }
}
