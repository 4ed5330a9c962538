import ModelLibrary
import RoostCore

extension EngineSupervisor {
    /// Checks an engine's health, every 10 ms at first and every 250 ms later, so that a request waits only a little
    /// longer than the load.
    nonisolated func untilHealthy(_ engine: SupervisedEngine, within limit: Duration) async -> Bool {
        guard let connection = try? await connection(to: engine, record: ConnectionRecord()) else { return false }
        let start = time.now()
        let deadline = start + limit
        while time.now() < deadline, !Task.isCancelled {
            if await connection.isHealthy() { return true }
            let pause = min(max(.milliseconds(10), (time.now() - start) / 20), .milliseconds(250))
            guard (try? await time.sleep(pause)) != nil else { return false }
        }
        return false
    }

    /// Waits a little for the process id. The guard has announced it long before, but its line may be read later than the health
    /// check is answered.
    nonisolated func untilAnnounced(_ engine: SupervisedEngine) async {
        let deadline = time.now() + .seconds(1)
        while engine.log.processIdentifier == nil, time.now() < deadline, (try? await time.sleep(.milliseconds(5))) != nil {}
    }

    /// Checks the engine after each broken connection, and regularly while it has requests. Returns if it runs but does
    /// not respond within `healthTimeout`.
    func untilHung(_ engine: SupervisedEngine) async -> Event {
        let reference = engine.entry.reference
        while true {
            // A limit that passes, like a suspicion, leads to the check below.
            _ = try? await time.finishes(within: .seconds(10)) { try await self.waitUntil(reference, \.isSuspect) }
            guard let current = engines[reference], !Task.isCancelled else { return .stopRequested }
            guard current.isSuspect || current.holders > 0 else { continue }
            guard await untilHealthy(engine, within: configuration.healthTimeout) else { return .hung }
            // The process may have begun to end meanwhile.
            guard !Task.isCancelled else { return .stopRequested }
            guard engines[reference]?.isSuspect == true else { continue }
            engines[reference]?.isSuspect = false
            engines[reference]?.requests.passedCheck()
            startWaiting(reference)
            changed()
        }
    }

    /// Waits for the end of a step, again and again while the engine has requests or may still work on one whose client
    /// left: its health check succeeds also during a step that never ends. Returns if no step ends within `stepTimeout`.
    func untilStuck(_ engine: SupervisedEngine) async -> Event {
        let (reference, limit) = (engine.entry.reference, configuration.stepTimeout)
        do {
            let connection = try connection(to: engine, record: ConnectionRecord())
            while true {
                try await waitUntil(reference) { $0.holders > 0 || $0.requests.mayHang }
                guard try await endsStep(connection, within: limit) else { return .stuck }
                engines[reference]?.requests.endedStep(at: time.now())
                try await time.sleep(min(.seconds(10), limit))
            }
        } catch {
            // Cancelled, or the server stops.
            return .stopRequested
        }
    }

    /// Asks several times, so that a machine that was suspended for longer than the limit does not lose its engine.
    private func endsStep(_ connection: EngineConnection, within limit: Duration) async throws -> Bool {
        let times = 10
        for _ in 0..<times where try await time.finishes(within: limit / times, { try await connection.waitForStep() }) { return true }
        return false
    }
}
