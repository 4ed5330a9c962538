package import ModelLibrary
package import NIOCore
package import RoostCore

/// Lookups: what an engine answers from its vocabulary and its chat template, without a slot, such as the tokens of a text.
extension EngineSupervisor {
    /// An engine's answer to a lookup.
    package struct LookupAnswer: Sendable {
        /// The most bytes of an answer.
        private static let largest = 64 << 20

        /// The HTTP status.
        package let status: Int
        /// The body.
        package let body: ByteBuffer

        fileprivate init(_ response: EngineResponse) async throws {
            status = response.status
            body = try await response.collect(upTo: Self.largest)
        }
    }

    /// Looks something up, and loads the model first if needed. It needs no slot, and waits only for other lookups.
    ///
    /// - Parameters:
    ///   - path: The engine's route.
    ///   - body: The body.
    ///   - entry: The model.
    ///   - request: Who asks.
    ///   - check: Refuses a request that the engine, started with this plan, cannot answer.
    /// - Returns: The engine's answer.
    /// - Throws: The errors of `load(_:)` and `check`; `RoostError` with code `engineCrashed`, `crashesEngine` for a request during
    ///   which engines crash, `rateLimited` if too many requests wait; `CancellationError`.
    nonisolated package func lookUp(
        _ path: String, body: ByteBuffer, in entry: ModelEntry, for request: LeaseRequest, check: @Sendable (EnginePlan) throws -> Void
    ) async throws -> LookupAnswer {
        while true {
            if try await isSuspect(request) {
                return try await withEngine(for: entry, request: request, check: check) { connection in
                    try await LookupAnswer(connection.exchange(path: path, body: body))
                }
            }
            let engine = try await hold(entry, for: request)
            let record = ConnectionRecord()
            do {
                if let plan = engine.plan {
                    try check(plan)
                    try await request.text?.checkMarks(plan)
                }
                let answer = try await answer(path, body, for: request, on: engine, record)
                await release(engine, isSuspect: record.isBroken)
                if let answer {
                    if answer.status == 200, let fingerprint = request.fingerprint { await wasAnswered(fingerprint) }
                    return answer
                }
            } catch {
                await release(engine, isSuspect: record.isBroken || error is CancellationError)
                throw await explained(error, engine)
            }
        }
    }

    /// Returns a request with the number of tokens of its prompt, and refuses one that never fits, before it waits for a
    /// slot.
    ///
    /// A short text is not counted: a token stands for a byte or more, so it fits. That of a suspect is not either: it would be
    /// read beside others.
    ///
    /// - Parameters:
    ///   - request: The request.
    ///   - engine: The engine, which is ready.
    /// - Returns: The request.
    /// - Throws: `RoostError` with code `contextLengthExceeded`, `engineCrashed`, or `rateLimited` if too many requests wait;
    ///   `CancellationError`.
    nonisolated func counted(_ request: LeaseRequest, on engine: SupervisedEngine) async throws -> LeaseRequest {
        guard let text = request.text, let plan = engine.plan else { return request }
        try await text.checkMarks(plan)
        guard let counting = text.counting, text.body.readableBytes > plan.contextLength, try await !isSuspect(request),
            let body = try await text.counted(as: counting)
        else { return request }
        // What the engine cannot count, it refuses itself when it gets the request.
        guard let answer = try await answer(counting.path, body, for: request, on: engine, ConnectionRecord()),
            let count = try await counting.count(in: answer)
        else { return request }
        guard count < plan.contextLength else {
            throw RoostError.contextLengthExceeded(field: text.field, promptTokens: count, contextLength: plan.contextLength)
        }
        var counted = request
        counted.tokens += count - text.estimate
        return counted
    }
}

extension EngineSupervisor {
    /// Whether a request has to run alone.
    ///
    /// - Throws: `RoostError` with code `crashesEngine`.
    private func isSuspect(_ request: LeaseRequest) throws -> Bool {
        guard let fingerprint = request.fingerprint else { return false }
        try crashes.check(fingerprint, at: time.now())
        return crashes.isSuspect(fingerprint, at: time.now())
    }

    private func wasAnswered(_ request: RequestFingerprint) { crashes.answered(request) }

    private func hold(_ entry: ModelEntry, for request: LeaseRequest) async throws -> SupervisedEngine {
        lastLease += 1
        request.ticket?.began(entry.reference, lease: lastLease, at: time.now())
        if let wish = request.context { try await prepare(for: wish, of: entry) }
        return try await acquire(entry)
    }

    /// Looks something up when it is its turn.
    ///
    /// The engine notices that a client has left only after it has read the whole text. So the turn lasts until the engine has
    /// answered, for `stepTimeout` at most, also without its client; otherwise clients that leave would make it read any number of
    /// texts at once.
    ///
    /// - Returns: The engine's answer; `nil` if it ended before.
    nonisolated private func answer(
        _ path: String, _ body: ByteBuffer, for request: LeaseRequest, on engine: SupervisedEngine, _ record: ConnectionRecord
    ) async throws -> LookupAnswer? {
        guard let id = try await turn(for: request, on: engine) else { return nil }
        let (results, result) = AsyncStream<Result<LookupAnswer, any Error>>.makeStream()
        // Not a child task: it goes on without the client.
        Task {
            var isAnswered = false
            do {
                let connection = try await connection(to: engine, record: record)
                isAnswered = try await time.finishes(within: configuration.stepTimeout) {
                    result.yield(.success(try await LookupAnswer(connection.exchange(path: path, body: body))))
                }
                if !isAnswered { throw unanswered(engine) }
            } catch {
                result.yield(.failure(error))
            }
            await endTurn(id, on: engine, isAnswered: isAnswered, isSuspect: record.isBroken)
        }
        for await result in results { return try result.get() }
        throw CancellationError()
    }

    nonisolated private func unanswered(_ engine: SupervisedEngine) -> RoostError {
        RoostError(
            .engineRefused,
            "The engine that runs \(engine.entry.reference) did not read the text within \(Int(configuration.stepTimeout / .seconds(1))) s (engine_step_timeout). Send a shorter one."
        )
    }

    /// Waits until an engine may look something up for a client. Each success is paired with one `endTurn`.
    ///
    /// - Returns: The number of the lookup; `nil` if the engine ends.
    /// - Throws: `RoostError` with code `rateLimited` or `crashesEngine`; `CancellationError`.
    func turn(for request: LeaseRequest, on engine: SupervisedEngine) async throws -> Int? {
        let reference = engine.entry.reference
        guard let current = engines[reference], current.id == engine.id else { return nil }
        lastLease += 1
        let entry = LookupQueue.Entry(id: lastLease, client: request.client)
        do throws(AdmissionQueue.Refusal) { try current.checkRoom(for: entry) } catch { throw error.described(for: reference) }
        engines[reference]?.lookups.add(entry)
        request.ticket?.looksUp(entry.id)
        do {
            while let current = engines[reference], current.id == engine.id, !current.isStopping {
                if current.isReady, current.lookups.running.contains(entry), !current.belongsToSuspect {
                    if let request = request.fingerprint {
                        // The engine may have crashed during the same request while this one waited for its turn.
                        try crashes.check(request, at: time.now())
                        engines[reference]?.requests.began(request, lease: entry.id)
                    }
                    engines[reference]?.lookups.send(entry.id)
                    return entry.id
                }
                try await waitForChange()
            }
        } catch {
            endTurn(entry.id, on: engine, isAnswered: true)
            throw error
        }
        endTurn(entry.id, on: engine, isAnswered: true)
        return nil
    }

    /// Ends a lookup, and starts the next one.
    ///
    /// - Parameters:
    ///   - id: The number of the lookup.
    ///   - engine: The engine.
    ///   - isAnswered: Whether the engine no longer works on it.
    ///   - isSuspect: Whether its connection broke, so that the engine has to be checked.
    func endTurn(_ id: Int, on engine: SupervisedEngine, isAnswered: Bool, isSuspect: Bool = false) {
        let reference = engine.entry.reference
        guard engines[reference]?.id == engine.id else { return }
        if isAnswered {
            engines[reference]?.requests.ended(lease: id)
        } else {
            engines[reference]?.requests.gaveUp(lease: id, at: time.now(), isUnchecked: isSuspect)
        }
        // Its client may have left and released the engine long ago.
        if isSuspect { engines[reference]?.isSuspect = true }
        engines[reference]?.lookups.remove(id)
        // A suspect may have waited for it.
        startWaiting(reference)
        changed()
    }
}

extension SupervisedEngine {
    /// Whether a request that may crash engines runs alone, or is next.
    fileprivate var belongsToSuspect: Bool {
        let requests = admission.running.isEmpty ? admission.waiting : admission.running.values.map(\.request)
        return requests.contains { $0.isSuspect }
    }

    /// Refuses a lookup if the queue has no room for its request behind the other lookups.
    fileprivate func checkRoom(for entry: LookupQueue.Entry) throws(AdmissionQueue.Refusal) {
        var queue = admission
        func add(_ entry: LookupQueue.Entry) throws(AdmissionQueue.Refusal) {
            try queue.add(.init(id: entry.id, client: entry.client, slots: 1, tokens: 1))
        }
        // One without room is refused when it was looked up.
        for earlier in lookups.running + lookups.waiting { try? add(earlier) }
        try add(entry)
    }
}
