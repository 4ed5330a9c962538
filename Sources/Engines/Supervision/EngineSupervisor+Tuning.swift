import Foundation
import Logging
import ModelLibrary
import NIOPosix
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

    /// Measures the speed of an engine that was not measured before. It has no other request yet.
    ///
    /// - Parameters:
    ///   - engine: The engine, which has just become healthy.
    ///   - step: The number of tokens per step that it was started with; `nil` if there is nothing to measure.
    /// - Returns: Whether the engine can be used as it was started.
    nonisolated func isWellTuned(_ engine: SupervisedEngine, _ step: Int?) async -> Bool {
        guard let step, engine.plan?.tuning.promptStep == nil, await knownPromptSpeed(of: engine.entry, engine.executable) == nil else {
            return true
        }
        do {
            return try await measuredStep(of: engine.entry, engine.executable, connection(to: engine, failure: ConnectionFailure())) == step
        } catch {
            // The engine works without it. If it has ended, its end is reported.
            logger.notice("An engine's speed could not be measured", metadata: ["model": "\(engine.entry.reference)", "error": "\(error)"])
            return true
        }
    }

    /// Measures the speed of an engine without other requests, remembers it, and returns the number of tokens per step.
    nonisolated func measuredStep(of entry: ModelEntry, _ executable: FilePath, _ connection: EngineConnection) async throws -> Int {
        let speed = try await connection.measuredPromptSpeed()
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
