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

    /// Counts the tokens of a chat's prompt, and loads the model first if needed. It needs no slot, and waits
    /// only for other counts.
    ///
    /// - Parameters:
    ///   - body: The body of the chat.
    ///   - entry: The model.
    ///   - client: The client.
    ///   - check: Refuses a request that the engine, started with this plan, cannot answer.
    /// - Returns: What the engine says.
    /// - Throws: The errors of `load(_:)` and `check`; `RoostError` with code `engineCrashed`, `rateLimited` if too many
    ///   requests wait; `CancellationError`.
    nonisolated package func promptCount(
        of body: ByteBuffer, for entry: ModelEntry, client: String, check: @Sendable (EnginePlan) throws -> Void
    ) async throws -> PromptCount {
        while true {
            let engine = try await acquire(entry)
            let failure = ConnectionFailure()
            do {
                if let plan = engine.plan { try check(plan) }
                let count = try await count(body, for: client, on: engine, failure)
                await release(engine, isSuspect: failure.hasHappened)
                if let count { return count }
            } catch {
                await release(engine, isSuspect: failure.hasHappened || error is CancellationError)
                throw error
            }
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
    /// - Throws: `RoostError` with code `contextLengthExceeded`, `engineCrashed`, or `rateLimited` if too many requests wait;
    ///   `CancellationError`.
    nonisolated func counted(_ request: LeaseRequest, on engine: SupervisedEngine) async throws -> LeaseRequest {
        guard let prompt = request.countable, let plan = engine.plan, prompt.body.readableBytes > plan.contextLength else { return request }
        // What the engine cannot count, it refuses itself when it gets the request.
        guard let count = try await count(prompt.body, for: request.client, on: engine, ConnectionFailure())?.count else { return request }
        guard count < plan.contextLength else {
            throw RoostError.contextLengthExceeded(field: prompt.field, promptTokens: count, contextLength: plan.contextLength)
        }
        var counted = request
        counted.tokens += count - prompt.estimate
        return counted
    }
}

extension EngineSupervisor {
    /// Counts the tokens of a prompt when it is its turn.
    ///
    /// - Returns: What the engine says; `nil` if it ended before.
    nonisolated private func count(
        _ body: ByteBuffer, for client: String, on engine: SupervisedEngine, _ failure: ConnectionFailure
    ) async throws -> PromptCount? {
        guard let id = try await turnToCount(for: client, on: engine) else { return nil }
        do {
            let count = try await PromptCount(connection(to: engine, failure: failure).exchange(path: Self.path, body: body))
            await endCount(id, on: engine)
            return count
        } catch {
            await endCount(id, on: engine)
            throw error
        }
    }

    /// Waits until an engine may count a client's prompt. Each success is paired with one `endCount`.
    ///
    /// - Returns: The number of the count; `nil` if the engine ends.
    /// - Throws: `RoostError` with code `rateLimited`; `CancellationError`.
    func turnToCount(for client: String, on engine: SupervisedEngine) async throws -> Int? {
        let reference = engine.entry.reference
        guard let current = engines[reference], current.id == engine.id else { return nil }
        lastLease += 1
        let prompt = CountQueue.Prompt(id: lastLease, client: client)
        do throws(AdmissionQueue.Refusal) { try current.checkRoom(for: prompt) } catch { throw error.described(for: reference) }
        engines[reference]?.counts.add(prompt)
        do {
            while let current = engines[reference], current.id == engine.id, !current.isStopping {
                if current.isReady, current.counts.counted.contains(prompt) { return prompt.id }
                try await waitForChange()
            }
        } catch {
            endCount(prompt.id, on: engine)
            throw error
        }
        endCount(prompt.id, on: engine)
        return nil
    }

    /// Ends a count, and starts the next one.
    func endCount(_ id: Int, on engine: SupervisedEngine) {
        guard engines[engine.entry.reference]?.id == engine.id else { return }
        engines[engine.entry.reference]?.counts.remove(id)
        changed()
    }
}

extension SupervisedEngine {
    /// Refuses a prompt if the queue has no room for its request behind those that are counted.
    fileprivate func checkRoom(for prompt: CountQueue.Prompt) throws(AdmissionQueue.Refusal) {
        var queue = admission
        func add(_ prompt: CountQueue.Prompt) throws(AdmissionQueue.Refusal) {
            try queue.add(.init(id: prompt.id, client: prompt.client, slots: 1, tokens: 1))
        }
        // One without room is refused when it was counted.
        for earlier in counts.counted + counts.waiting { try? add(earlier) }
        try add(prompt)
    }
}
