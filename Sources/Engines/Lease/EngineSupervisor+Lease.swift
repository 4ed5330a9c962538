package import ModelLibrary
import RoostCore

extension EngineSupervisor {
    /// Calls `body` with a model's engine, loading it first if necessary, when the engine has a free slot and it is the
    /// client's turn. While `body` runs, the engine counts as busy and is not evicted.
    ///
    /// - Parameters:
    ///   - entry: The model.
    ///   - request: What the request needs, and who sends it.
    ///   - check: Refuses a request that the engine, started with this plan, cannot answer.
    ///   - body: The work with the engine. It must not store the connection, and returns after the request was
    ///     answered.
    /// - Returns: What `body` returns.
    /// - Throws: The errors of `load(_:)`, `check` and `body`; `RoostError` with code `crashesEngine` for a request during which
    ///   engines crash, `rateLimited` if too many requests wait, `conflict` if the model is unloaded during the request;
    ///   one that waits gets the next engine.
    nonisolated package func withEngine<Value>(
        for entry: ModelEntry, request: LeaseRequest = LeaseRequest(), check: @Sendable (EnginePlan) throws -> Void = { _ in },
        _ body: (EngineConnection) async throws -> Value
    ) async throws -> Value {
        let lease = try await borrow(entry, for: request, check)
        let record = ConnectionRecord()
        do {
            var connection = try await connection(to: lease.engine, record: record)
            if let placed = lease.placed {
                try await restorePrompt(for: placed, connection)
                connection.placed = placed
            }
            let value = try await body(connection)
            if let placed = lease.placed { await checkReuse(placed) }
            await giveBack(lease, Ending(status: record.status, hasReturned: true), isSuspect: record.isBroken)
            return value
        } catch {
            // A request may have been abandoned because the engine hangs. So the engine's health is checked before the
            // next request.
            let isAbandoned = error is CancellationError
            await giveBack(
                lease, Ending(status: record.status, hasReturned: false), isSuspect: record.isBroken || isAbandoned,
                stillReads: isAbandoned && record.status == nil)
            throw await explained(error, lease.engine)
        }
    }
}

extension EngineSupervisor {
    /// An engine that is held for one request.
    private struct Lease {
        let id: Int
        let engine: SupervisedEngine
        /// The slot of the request, if Roost has chosen it.
        let placed: PlacedRequest?
        /// When it was borrowed.
        let since: Duration
        let text: RequestText?
    }

    /// What became of a request.
    private enum Ending {
        case answered
        /// The engine did not compute anything for it.
        case refused
        /// The engine failed, or the client left, so it may still be at work.
        case gaveUp

        /// - Parameters:
        ///   - status: The HTTP status of the engine's answer; `nil` if it has sent none.
        ///   - hasReturned: Whether the work with the engine succeeded.
        init(status: Int?, hasReturned: Bool) {
            switch status {
            case .some(400..<500): self = .refused
            case .some(let status) where status != 200: self = .gaveUp
            default: self = hasReturned ? .answered : .gaveUp
            }
        }
    }

    private func borrow(
        _ entry: ModelEntry, for request: LeaseRequest, _ check: @Sendable (EnginePlan) throws -> Void
    ) async throws -> Lease {
        lastLease += 1
        let id = lastLease
        request.ticket?.began(entry.reference, lease: id, at: time.now())
        var (loading, queued) = (Duration.zero, Duration.zero)
        while true {
            let begin = time.now()
            if let request = request.fingerprint { try crashes.check(request, at: time.now()) }
            if let wish = request.context { try await prepare(for: wish, of: entry) }
            // A request that goes first is in the queue before those that wait for the restart start.
            let engine = try await acquire(entry, whileRestarting: request.continues)
            let ready = time.now()
            loading += ready - begin
            do {
                // The request may have caused the crash during the wait for the engine.
                if let request = request.fingerprint { try crashes.check(request, at: time.now()) }
                if let plan = engine.plan { try check(plan) }
                let isAdmitted = try await admit(id, counted(request, on: engine), to: engine)
                queued += time.now() - ready
                if isAdmitted {
                    if let request = request.fingerprint { engines[entry.reference]?.requests.began(request, lease: id) }
                    metrics.waited(entry.reference, loading: loading, queued: queued)
                    return Lease(
                        id: id, engine: engine, placed: placed(id, on: engine), since: time.now(), text: request.text)
                }
                // The engine was ended meanwhile, and another one is needed, or its next start has changed what it can answer.
                release(engine, isSuspect: false)
            } catch {
                release(engine, isSuspect: false)
                throw explained(error, engine)
            }
        }
    }

    /// Waits until an engine has a free slot and it is the client's turn.
    ///
    /// - Returns: Whether the engine can be used; if not, it is about to end, or has fewer slots than the request needs since it
    ///   was started again.
    private func admit(_ id: Int, _ request: LeaseRequest, to engine: SupervisedEngine) async throws -> Bool {
        let reference = engine.entry.reference
        guard var queue = engines[reference]?.admission, engines[reference]?.id == engine.id else { return false }
        let runsAlone = request.fingerprint.map { crashes.isSuspect($0, at: time.now()) } ?? false
        let slots = runsAlone ? queue.slots : min(request.slots, queue.slots)
        do throws(AdmissionQueue.Refusal) {
            try queue.add(
                AdmissionQueue.Request(
                    id: id, client: request.client, slots: slots, tokens: max(1, request.tokens), priority: request.priority,
                    continues: request.continues, isSuspect: runsAlone, prompt: slots == 1 ? request.prompt : nil))
        } catch {
            throw error.described(for: reference)
        }
        engines[reference]?.admission = queue
        do {
            startWaiting(reference)
            let position = engines[reference]?.admission.position(of: id)
            request.ticket?.note(position, time: position.flatMap { engines[reference]?.admission.estimatedWait(ofPosition: $0) })
            while let current = engines[reference], current.id == engine.id, !current.isStopping, current.admission.slots >= slots {
                if current.admission.running[id] != nil, current.isReady {
                    // The engine may have crashed during the same request while this one waited for its turn.
                    if let request = request.fingerprint { try crashes.check(request, at: time.now()) }
                    return true
                }
                try await waitForChange()
            }
        } catch {
            leave(id, engine)
            throw error
        }
        leave(id, engine)
        return false
    }

    /// Removes a request from the queue of its engine, and starts the next ones.
    private func leave(_ id: Int, _ engine: SupervisedEngine, isAnswered: Bool = false) {
        let reference = engine.entry.reference
        guard engines[reference]?.id == engine.id else { return }
        engines[reference]?.removeRequest(id, at: time.now(), isAnswered: isAnswered)
        startWaiting(reference)
    }

    /// Starts the requests for which a ready engine has free slots.
    func startWaiting(_ reference: ModelReference) {
        guard engines[reference]?.startRequests(at: time.now()) == true else { return }
        changed()
    }

    private func placed(_ id: Int, on engine: SupervisedEngine) -> PlacedRequest? {
        let reference = engine.entry.reference
        guard let current = engines[reference], let place = current.places[id] else { return nil }
        return PlacedRequest(
            supervisor: self, model: reference, id: id, place: place, mayBeShared: current.slots.isReading(id) && current.slots.canCopy)
    }

    private func giveBack(_ lease: Lease, _ ending: Ending, isSuspect: Bool, stillReads: Bool = false) {
        let reference = lease.engine.entry.reference
        switch ending {
        case .answered: if let request = engines[reference]?.requests.completed(lease: lease.id) { crashes.answered(request) }
        case .refused: engines[reference]?.requests.ended(lease: lease.id)
        case .gaveUp: engines[reference]?.requests.gaveUp(lease: lease.id, at: time.now(), isUnchecked: isSuspect)
        }
        // First, so that no request starts on an engine that has to be checked.
        release(lease.engine, isSuspect: isSuspect)
        let rest = stillReads ? (lease.text?.readingTime ?? .zero) - (time.now() - lease.since) : .zero
        guard rest > .zero else { return leave(lease.id, lease.engine, isAnswered: ending == .answered) }
        // The engine notices only after it has read the text that the client has left. So the slot stays taken, otherwise clients
        // that leave at once would make it read any number of texts at a time.
        // Not a child task: its client has left.
        engines[reference]?.abandoned.insert(lease.id)
        Task {
            // A wait that fails only ends early.
            try? await time.sleep(rest)
            leave(lease.id, lease.engine)
        }
    }

    /// Says that a person has ended the engine, if that is why a request failed.
    func explained(_ error: any Error, _ engine: SupervisedEngine) -> any Error {
        guard (error as? RoostError)?.code == .engineCrashed, unloaded.contains(engine.id) else { return error }
        return RoostError(
            .conflict, "\(engine.entry.reference) was unloaded during this request. Send the request again to load the model again.",
            cause: error)
    }
}

extension AdmissionQueue.Refusal {
    /// The error for the client.
    func described(for reference: ModelReference) -> RoostError {
        switch self {
        case .full(let isForClient, let wait):
            let who = isForClient ? "\(AdmissionQueue.mostWaitingOfClient) requests of this client" : "\(AdmissionQueue.mostWaiting) requests"
            return RoostError(
                .rateLimited, "\(who) wait for \(reference) already, and no more can. Send this one again later, or fewer at once.",
                retryAfter: wait)
        }
    }
}
