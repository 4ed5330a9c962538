import Foundation
import Logging
import ModelLibrary
import NIOPosix
import RoostCore
import SystemPackage

/// The number of prompt tokens per step of each engine, from its measured speed.
extension EngineSupervisor {
    /// Returns the number of tokens per step for the next start of an engine.
    ///
    /// - Returns: `nil` for an engine that reads each text in one step.
    func promptStep(for engine: SupervisedEngine, _ plan: EnginePlan) async -> Int? {
        guard !plan.makesEmbeddings else { return nil }
        if let step = plan.tuning.promptStep { return step }
        return await promptStep(of: engine.entry, engine.executable) ?? PromptStep.untilMeasured
    }

    /// Returns the number of tokens per step of a model without a calibration; `nil` until its speed was measured.
    nonisolated func promptStep(of entry: ModelEntry, _ executable: FilePath) async -> Int? {
        await knownPromptSpeed(of: entry, executable).map(PromptStep.tokens)
    }

    /// Returns the result of the last calibration of a model on this machine.
    nonisolated func storedTuning(of entry: ModelEntry, _ executable: FilePath) async -> TuningRecord.Entry? {
        // The pool works until the process ends.
        let entry = try? await NIOThreadPool.singleton.runIfActive { [tunings] in
            tunings.entry(for: TuningRecord.Key(modelFile: entry.modelFile, modelBytes: entry.sizeBytes, engine: executable))
        }
        return entry ?? nil
    }

    /// Measures the speed of an engine that was not measured before, as soon as it has no request: the first one need not
    /// wait for it. A request that comes during the measurement waits for its end, and the next idle moment is used.
    ///
    /// - Parameters:
    ///   - engine: The engine, which is ready.
    ///   - step: The number of tokens per step that it was started with; `nil` if there is nothing to measure.
    /// - Returns: Whether the engine is right as it was started. If not, it is idle, and gets no more requests until it was
    ///   started again.
    func isWellTuned(_ engine: SupervisedEngine, _ step: Int?) async -> Bool {
        guard let step, engine.plan?.tuning.promptStep == nil, await knownPromptSpeed(of: engine.entry, engine.executable) == nil else {
            return true
        }
        let reference = engine.entry.reference
        do {
            let connection = try connection(to: engine, record: ConnectionRecord())
            guard let speed = try await undisturbedSpeed(of: reference, connection) else { return true }
            guard try await remember(speed, of: engine.entry, engine.executable) != step else { return true }
            try await waitUntil(reference) { $0.holders == 0 }
            guard engines[reference]?.id == engine.id else { return true }
            engines[reference]?.machine.startAgain()
            engines[reference]?.startedAt = time.now()
            return false
        } catch is CancellationError {
            return true
        } catch {
            // The engine works without it. If it has ended, its end is reported.
            logger.notice("An engine's speed could not be measured", metadata: ["model": "\(reference)", "error": "\(error)"])
            return true
        }
    }

    /// Measures the speed of an engine while it has no request.
    ///
    /// - Returns: The tokens of a prompt that it reads per second; `nil` when requests came during each of a few tries.
    private func undisturbedSpeed(of reference: ModelReference, _ connection: EngineConnection) async throws -> Double? {
        var tries = 0
        while tries < 3 {
            try await waitUntil(reference) { $0.holders == 0 }
            let before = lastLease
            // A load is often followed by a request.
            try await time.sleep(.seconds(1))
            guard lastLease == before else { continue }
            let speed = try await connection.measuredPromptSpeed()
            if lastLease == before { return speed }
            tries += 1
        }
        return nil
    }

    /// Measures the speed of an engine without other requests, remembers it, and returns the number of tokens per step.
    nonisolated func measuredStep(of entry: ModelEntry, _ executable: FilePath, _ connection: EngineConnection) async throws -> Int {
        try await remember(connection.measuredPromptSpeed(), of: entry, executable)
    }

    /// Stores a measured speed, and returns the number of tokens per step for it.
    nonisolated private func remember(_ speed: Double, of entry: ModelEntry, _ executable: FilePath) async throws -> Int {
        let step = PromptStep.tokens(at: speed)
        logger.info(
            "Measured an engine's speed",
            metadata: ["model": "\(entry.reference)", "prompt_tokens_per_second": "\(speed)", "tokens_per_step": "\(step)"])
        try await NIOThreadPool.singleton.runIfActive { [speeds] in speeds.remember(speed, of: self.speedKey(of: entry, executable)) }
        return step
    }

    nonisolated private func knownPromptSpeed(of entry: ModelEntry, _ executable: FilePath) async -> Double? {
        // The pool works until the process ends.
        try? await NIOThreadPool.singleton.runIfActive { [speeds] in speeds.promptSpeed(of: self.speedKey(of: entry, executable)) }
    }

    nonisolated func speedKey(of entry: ModelEntry, _ executable: FilePath) -> EngineSpeeds.Key {
        let facts = try? FileManager.default.attributesOfItem(atPath: executable.string)
        let built = (facts?[.modificationDate] as? Date)?.timeIntervalSince1970 ?? 0
        let processors = ProcessInfo.processInfo.activeProcessorCount
        return EngineSpeeds.Key(
            model: entry.modelFile.string, size: entry.sizeBytes, engine: executable.string, engineBuilt: Int64(built),
            threads: configuration.threads ?? processors, processors: processors)
    }
}
