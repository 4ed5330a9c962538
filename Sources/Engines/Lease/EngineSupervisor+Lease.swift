package import ModelLibrary
import RoostCore

extension EngineSupervisor {
    /// Calls `body` with a model's engine, loading it first if necessary. While `body` runs, the engine counts as busy
    /// and is not evicted.
    ///
    /// - Parameters:
    ///   - entry: The model.
    ///   - request: The request to the engine, so that a crash counts against it; `nil` if it is not a client's
    ///     request.
    ///   - check: Refuses a request that the engine, started with this plan, cannot answer.
    ///   - body: The work with the engine. It must not store the connection, and returns after the request was
    ///     answered.
    /// - Returns: What `body` returns.
    /// - Throws: The errors of `load(_:)`, `check` and `body`; `RoostError` with code `crashesEngine` for a request during which
    ///   engines crash.
    nonisolated package func withEngine<Value>(
        for entry: ModelEntry, request: RequestFingerprint? = nil, check: @Sendable (EnginePlan) throws -> Void = { _ in },
        _ body: (EngineConnection) async throws -> Value
    ) async throws -> Value {
        let lease = try await borrow(entry, for: request, check)
        let failure = ConnectionFailure()
        do {
            let value = try await body(connection(to: lease.engine, failure: failure))
            await giveBack(lease, isAnswered: true, isSuspect: failure.hasHappened)
            return value
        } catch {
            // A request may have been abandoned because the engine hangs. So the engine's health is checked before the
            // next request.
            await giveBack(lease, isAnswered: false, isSuspect: failure.hasHappened || error is CancellationError)
            throw error
        }
    }
}

extension EngineSupervisor {
    /// An engine that is held for one request.
    private struct Lease {
        let id: Int
        let engine: SupervisedEngine
    }

    private func borrow(
        _ entry: ModelEntry, for request: RequestFingerprint?, _ check: @Sendable (EnginePlan) throws -> Void
    ) async throws -> Lease {
        if let request { try crashes.check(request, at: time.now()) }
        let arrival = time.now()
        let engine = try await acquire(entry)
        metrics.waited(entry.reference, time.now() - arrival)
        do {
            // The request may have caused the crash during the wait for the engine.
            if let request { try crashes.check(request, at: time.now()) }
            if let plan = engine.plan { try check(plan) }
        } catch {
            release(engine, isSuspect: false)
            throw error
        }
        lastLease += 1
        if let request { engines[entry.reference]?.requests.began(request, lease: lastLease) }
        return Lease(id: lastLease, engine: engine)
    }

    private func giveBack(_ lease: Lease, isAnswered: Bool, isSuspect: Bool) {
        let reference = lease.engine.entry.reference
        if isAnswered {
            if let request = engines[reference]?.requests.completed(lease: lease.id) { crashes.answered(request) }
        } else {
            engines[reference]?.requests.gaveUp(lease: lease.id, at: time.now())
        }
        release(lease.engine, isSuspect: isSuspect)
    }
}
