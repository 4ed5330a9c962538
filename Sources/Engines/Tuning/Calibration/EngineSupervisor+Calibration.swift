import Logging
package import ModelLibrary
import NIOPosix
import RoostCore
import SystemPackage

extension EngineSupervisor {
    /// Measures which options of an engine are best for a model on this machine, and uses them from its next load on.
    ///
    /// The model's own engine is ended first, and loaded again afterwards. A calibration begins only while no request is
    /// answered, and ends when one comes: it has no result then, and the request waits for the end of its engines only.
    ///
    /// - Parameters:
    ///   - entry: The model.
    ///   - options: The time that it may take, and what it may choose.
    ///   - onProgress: Called before each measurement.
    /// - Returns: What was measured and chosen.
    /// - Throws: `RoostError` with code `conflict` while an engine is in use or another calibration runs, or when a request
    ///   ended it; `invalidRequest` for an embedding model; `insufficientMemory`; `engineLoadFailed` when the engine cannot
    ///   be measured with the defaults; `CancellationError`.
    package func calibrate(
        _ entry: ModelEntry, options: CalibrationOptions = CalibrationOptions(),
        onProgress: @escaping @Sendable (CalibrationProgress) -> Void = { _ in }
    ) async throws -> CalibrationReport {
        try checkCalibration()
        calibration = RunningCalibration(model: entry.reference)
        let wasLoaded = engines[entry.reference] != nil
        let report: CalibrationReport
        do {
            report = try await untilInterrupted { try await self.calibrated(entry, options, onProgress) }
        } catch {
            endCalibration()
            logger.notice("A calibration ended without a result", metadata: ["model": "\(entry.reference)", "reason": "\(error)"])
            throw error
        }
        endCalibration()
        // A failure of the load is the answer to the next request.
        if wasLoaded { _ = try? await load(entry) }
        return report
    }

    /// Forgets the result of a model's calibration. A loaded engine that is not in use ends, so that the next load has the
    /// defaults.
    ///
    /// - Parameter entry: The model.
    /// - Returns: Whether there was a result.
    /// - Throws: `RoostError` with code `conflict` while its engine is in use, `engineMissing` or `fileSystem`.
    package func forgetTuning(of entry: ModelEntry) async throws -> Bool {
        let executable = try configuration.locateExecutable()
        guard await storedTuning(of: entry, executable) != nil else { return false }
        if let engine = engines[entry.reference], !engine.isStopping {
            guard engine.holders == 0 else {
                throw RoostError(.conflict, "\(entry.reference) is loading or answering; try again when it has answered.", field: "model")
            }
            stop(entry.reference, because: "its calibration was reset")
        }
        return try await NIOThreadPool.singleton.runIfActive { [tunings] in
            try tunings.forget(TuningRecord.Key(modelFile: entry.modelFile, modelBytes: entry.sizeBytes, engine: executable))
        }
    }

    /// Ends the calibration that runs.
    ///
    /// - Parameter reason: Why, as a part of a sentence.
    func interruptCalibration(_ reason: String) {
        guard calibration != nil, calibration?.interruption == nil else { return }
        calibration?.interruption = reason
        changed()
    }

    func connection(of reference: ModelReference, at socket: FilePath) throws -> EngineConnection {
        guard let client else { throw Self.shuttingDown }
        return EngineConnection(reference: reference, client: client, socket: socket, record: ConnectionRecord())
    }
}

extension EngineSupervisor {
    /// Checks whether a calibration could begin now.
    ///
    /// - Throws: `RoostError` with code `conflict` while an engine is in use or another calibration runs, or `shuttingDown`.
    package func checkCalibration() throws {
        guard !isShuttingDown else { throw Self.shuttingDown }
        if let running = calibration {
            throw RoostError(.conflict, "\(running.model) is being calibrated, and two at once would disturb each other; try again in a minute.")
        }
        if let busy = engines.values.first(where: { !$0.isStopping && $0.holders > 0 }) {
            throw RoostError(
                .conflict,
                "\(busy.entry.reference) is loading or answering; a calibration would slow it down and measure too little. Try again when no model is in use.",
                field: "model")
        }
    }

    private func endCalibration() {
        calibration = nil
        changed()
    }

    /// Runs some work until it is done or the calibration has to end.
    private func untilInterrupted<Value: Sendable>(_ work: @escaping @Sendable () async throws -> Value) async throws -> Value {
        try await withThrowingTaskGroup(of: Value.self) { group in
            group.addTask { try await work() }
            group.addTask { throw try await self.interruption() }
            defer { group.cancelAll() }
            guard let value = try await group.next() else { throw CancellationError() }
            return value
        }
    }

    private func interruption() async throws -> RoostError {
        while true {
            if isShuttingDown { return Self.shuttingDown }
            if let running = calibration, let reason = running.interruption {
                return RoostError(
                    .conflict,
                    "The calibration of \(running.model) was ended, because \(reason); nothing has changed. Run it again when no model is in use.")
            }
            try await waitForChange()
        }
    }

    private func calibrated(
        _ entry: ModelEntry, _ options: CalibrationOptions, _ onProgress: @escaping @Sendable (CalibrationProgress) -> Void
    ) async throws -> CalibrationReport {
        let begin = time.now()
        stop(entry.reference, because: "it is calibrated")
        while engines[entry.reference] != nil { try await waitForChange() }
        let executable = try configuration.locateExecutable()
        var facts = try await configuration.examine(entry)
        guard !facts.makesEmbeddings else {
            throw RoostError(
                .invalidRequest, "\(entry.reference) only makes embeddings, and only models that generate text are calibrated.", field: "model")
        }
        let devices = await configuration.devices(executable)
        facts.hasDevices = !devices.isEmpty
        var options = options
        options.limit -= time.now() - begin
        var run = try run(entry, executable, facts, devices, options, onProgress)
        let (search, changes) = try await run.run()
        guard let outcome = search.outcome else {
            throw RoostError(
                .engineLoadFailed, "\(entry.reference) could not be calibrated: \(search.failure?.reason ?? "the time was too short for its engine")."
            )
        }
        var tuned = facts
        tuned.tuning = outcome.chosen
        let after = planned(entry, tuned, devices, memory: room(without: nil).memory(), isLastChance: true).need.bytes
        var report = CalibrationReport(
            model: entry.reference, outcome: outcome, changes: changes, neededBefore: run.need.bytes, neededAfter: after,
            elapsed: time.now() - begin)
        report.storeFailure = await store(outcome, entry, executable)
        return report
    }

    /// Checks the memory and prepares the search.
    private func run(
        _ entry: ModelEntry, _ executable: FilePath, _ facts: ModelFacts, _ devices: [EngineDevice], _ options: CalibrationOptions,
        _ onProgress: @escaping @Sendable (CalibrationProgress) -> Void
    ) throws -> CalibrationRun {
        let memory = room(without: nil).memory()
        let (plan, need) = planned(entry, facts, devices, memory: memory, isLastChance: true)
        let small = EngineNeed(facts, CalibrationRun.plan(plan, EngineTuning()), devices: devices).bytes
        guard need.bytes <= memory, small <= memory else {
            throw RoostError(
                .insufficientMemory,
                "\(entry.reference) needs about \(ByteCount(need.bytes)) of memory, and \(ByteCount(max(0, memory))) are free. Take other models out of memory with `roost unload`, then calibrate again.",
                field: "model")
        }
        var more = facts
        more.tuning.slots = min(plan.slots * 2, EngineTuning.allowedSlots.upperBound)
        let larger = planned(entry, more, devices, memory: memory, isLastChance: true)
        // More requests at once must not cost any of them a part of its context.
        let hasMore = larger.plan.slots > plan.slots && larger.plan.contextLength >= plan.contextLength && larger.need.bytes <= memory
        return CalibrationRun(
            self, entry, executable, plan: plan, need: need, mostSlots: hasMore ? larger.plan.slots : plan.slots,
            keepsTwo: small.clampedTimes(2) <= memory, options: options, onProgress: onProgress)
    }

    /// Stores the result.
    ///
    /// - Returns: Why it could not be stored, as a sentence.
    private func store(_ outcome: TuningOutcome, _ entry: ModelEntry, _ executable: FilePath) async -> String? {
        let date = Timestamp(time.date())
        do {
            try await NIOThreadPool.singleton.runIfActive { [tunings] in
                let key = TuningRecord.Key(modelFile: entry.modelFile, modelBytes: entry.sizeBytes, engine: executable)
                try tunings.remember(TuningRecord.Entry(key: key, tuning: outcome.chosen, gain: outcome.gain, at: date))
            }
            return nil
        } catch {
            logger.warning("A calibration could not be stored", metadata: ["model": "\(entry.reference)", "error": "\(error)"])
            return "\(error)"
        }
    }
}
