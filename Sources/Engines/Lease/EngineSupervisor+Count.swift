import Foundation
package import ModelLibrary
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

    private static let path = "/v1/chat/completions/input_tokens"

    /// What an engine says about the tokens of a prompt.
    package struct PromptCount: Sendable {
        /// The number of tokens; `nil` when the engine could not count them.
        package let count: Int?
        /// The status of the engine's answer.
        package let status: Int
        /// The engine's answer.
        package let body: ByteBuffer

        fileprivate init(_ response: EngineResponse) async throws {
            status = response.status
            body = try await response.collect(upTo: 1 << 20)
            let answer = try? JSONDecoder().decode(Count.self, from: Data(body.readableBytesView))
            count = status == 200 ? answer?.tokens : nil
        }
    }

    /// Counts the tokens of a chat's prompt, and loads the model first if needed. It needs no slot, and waits for no other request.
    ///
    /// - Parameters:
    ///   - body: The body of the chat.
    ///   - entry: The model.
    ///   - check: Refuses a request that the engine, started with this plan, cannot answer.
    /// - Returns: What the engine says.
    /// - Throws: The errors of `load(_:)` and `check`; `RoostError` with code `engineCrashed`; `CancellationError`.
    nonisolated package func promptCount(
        of body: ByteBuffer, for entry: ModelEntry, check: @Sendable (EnginePlan) throws -> Void
    ) async throws -> PromptCount {
        let engine = try await acquire(entry)
        let failure = ConnectionFailure()
        do {
            if let plan = engine.plan { try check(plan) }
            let count = try await PromptCount(connection(to: engine, failure: failure).exchange(path: Self.path, body: body))
            await release(engine, isSuspect: failure.hasHappened)
            return count
        } catch {
            await release(engine, isSuspect: failure.hasHappened || error is CancellationError)
            throw error
        }
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
        // What the engine cannot count, it refuses itself when it gets the request.
        guard let count = try await PromptCount(connection.exchange(path: Self.path, body: prompt.body)).count else { return request }
        guard count < plan.contextLength else {
            throw RoostError.contextLengthExceeded(field: prompt.field, promptTokens: count, contextLength: plan.contextLength)
        }
        var counted = request
        counted.tokens += count - prompt.estimate
        return counted
    }
}
