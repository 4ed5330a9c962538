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
        return await knownPromptSpeed(of: engine).map(PromptStep.tokens) ?? PromptStep.untilMeasured
    }

    /// Measures the speed of an engine that was not measured before. It has no other request yet.
    ///
    /// - Parameters:
    ///   - engine: The engine, which has just become healthy.
    ///   - step: The number of tokens per step that it was started with; `nil` if there is nothing to measure.
    /// - Returns: Whether the engine can be used as it was started.
    nonisolated func isWellTuned(_ engine: SupervisedEngine, _ step: Int?) async -> Bool {
        guard let step, await knownPromptSpeed(of: engine) == nil else { return true }
        do {
            let speed = try await connection(to: engine, failure: ConnectionFailure()).measuredPromptSpeed()
            let right = PromptStep.tokens(at: speed)
            logger.info(
                "Measured an engine's speed",
                metadata: ["model": "\(engine.entry.reference)", "prompt_tokens_per_second": "\(speed)", "tokens_per_step": "\(right)"])
            try await NIOThreadPool.singleton.runIfActive { [speeds] in speeds.remember(speed, of: self.speedKey(of: engine)) }
            return right == step
        } catch {
            // The engine works without it. If it has ended, its end is reported.
            logger.notice("An engine's speed could not be measured", metadata: ["model": "\(engine.entry.reference)", "error": "\(error)"])
            return true
        }
    }

    nonisolated private func knownPromptSpeed(of engine: SupervisedEngine) async -> Double? {
        // The pool works until the process ends.
        try? await NIOThreadPool.singleton.runIfActive { [speeds] in speeds.promptSpeed(of: self.speedKey(of: engine)) }
    }

    nonisolated func speedKey(of engine: SupervisedEngine) -> EngineSpeeds.Key {
        let facts = try? FileManager.default.attributesOfItem(atPath: engine.executable.string)
        let built = (facts?[.modificationDate] as? Date)?.timeIntervalSince1970 ?? 0
        let processors = ProcessInfo.processInfo.activeProcessorCount
        return EngineSpeeds.Key(
            model: engine.entry.modelFile.string, size: engine.entry.sizeBytes, engine: engine.executable.string, engineBuilt: Int64(built),
            threads: configuration.threads ?? processors, processors: processors)
    }
}
