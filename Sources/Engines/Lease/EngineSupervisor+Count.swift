import Foundation
package import NIOCore
import RoostCore

/// A prompt whose tokens can be counted before it waits.
package struct CountablePrompt: Sendable {
    /// The body of the chat.
    package let body: ByteBuffer
    /// The request field with the text, for errors.
    package let field: String

    /// Creates a prompt.
    package init(body: ByteBuffer, field: String) {
        self.body = body
        self.field = field
    }

    /// About four bytes of text are a token.
    var estimate: Int { body.readableBytes / 4 }
}

extension EngineSupervisor {
    /// The answer of `POST /v1/chat/completions/input_tokens`.
    private struct Count: Decodable {
        let tokens: Int

        private enum CodingKeys: String, CodingKey { case tokens = "input_tokens" }
    }

    /// Returns a request with the number of tokens of its prompt, and refuses one that never fits, before it waits for a
    /// slot.
    ///
    /// A short text is not counted. A token stands for a byte or more, so it fits.
    ///
    /// - Parameters:
    ///   - request: The request.
    ///   - engine: The engine, which is ready.
    /// - Returns: The request.
    /// - Throws: `RoostError` with code `contextLengthExceeded` or `engineCrashed`; `CancellationError`.
    nonisolated func counted(_ request: LeaseRequest, on engine: SupervisedEngine) async throws -> LeaseRequest {
        guard let prompt = request.countable, let plan = engine.plan, prompt.body.readableBytes > plan.contextLength else { return request }
        let connection = try await connection(to: engine, failure: ConnectionFailure())
        let response = try await connection.exchange(path: "/v1/chat/completions/input_tokens", body: prompt.body)
        let body = try await response.collect(upTo: 1 << 20)
        // What the engine cannot count, it refuses itself when it gets the request.
        guard response.status == 200, let count = try? JSONDecoder().decode(Count.self, from: Data(body.readableBytesView)) else { return request }
        guard count.tokens < plan.contextLength else {
            throw RoostError.contextLengthExceeded(field: prompt.field, promptTokens: count.tokens, contextLength: plan.contextLength)
        }
        var counted = request
        counted.tokens += count.tokens - prompt.estimate
        return counted
    }
}
