package import ModelLibrary
package import RoostCore

/// An option of an engine, its value and where the value comes from.
package struct EngineOption: Sendable, Hashable {
    /// Where a value comes from.
    package enum Source: String, Sendable, Hashable, CaseIterable {
        /// Roost's or the engine's default.
        case `default`
        /// A measurement on this machine: a calibration, or for the tokens per step the first load.
        case measured
        /// The configuration.
        case configured
    }

    /// The name.
    package let name: String
    /// The value.
    package let value: String
    /// Where the value comes from.
    package let source: Source

    /// Returns the options that a calibration can choose.
    ///
    /// - Parameters:
    ///   - plan: The plan of the engine.
    ///   - threads: The configured number of threads.
    ///   - step: The number of tokens per step for the measured speed; `nil` if it was not measured.
    /// - Returns: The options, in the order in which they are shown.
    static func all(_ plan: EnginePlan, threads: Int?, step: Int?) -> [EngineOption] {
        func option(_ name: String, _ measured: String?, or other: String) -> EngineOption {
            EngineOption(name: name, value: measured ?? other, source: measured == nil ? .default : .measured)
        }
        let tuning = plan.tuning
        let configured = threads.map { EngineOption(name: "threads", value: "\($0)", source: .configured) }
        let steps = plan.makesEmbeddings ? nil : tuning.promptStep ?? step
        return [
            configured ?? option("threads", tuning.threads.map { "\($0)" }, or: "the engine's choice"),
            option("slots", tuning.slots == plan.slots ? "\(plan.slots)" : nil, or: "\(plan.slots)"),
            option("tokens_per_step", steps.map { "\($0)" }, or: "\(plan.makesEmbeddings ? plan.contextLength : PromptStep.untilMeasured)"),
            option(
                "flash_attention", tuning.flashAttention.map { $0 ? "on" : "off" },
                or: plan.avoidsFlashAttention(promptStep: steps ?? PromptStep.untilMeasured) ? "off" : "auto"),
            plan.companions.draft == nil
                ? option("speculation", tuning.speculation?.rawValue, or: "none")
                : EngineOption(name: "speculation", value: "a draft model", source: .configured),
            option("cache_type", tuning.cacheType?.rawValue, or: "f16"),
        ]
    }
}

/// The options of a model's engine, and the calibration that they come from.
package struct EngineOptions: Sendable, Hashable {
    /// The options.
    package let options: [EngineOption]
    /// When the model was calibrated; `nil` if it was not on this machine.
    package let calibratedAt: Timestamp?
    /// How much better the calibrated options are than the defaults, as a ratio.
    package let gain: Double?
}

extension EngineSupervisor {
    /// Returns the options of a model's engine.
    ///
    /// - Parameters:
    ///   - entry: The model.
    ///   - plan: The plan of its engine, or of the one that would be started now.
    /// - Returns: The options and the calibration that they come from.
    package func options(of entry: ModelEntry, _ plan: EnginePlan) async -> EngineOptions {
        guard let executable = try? configuration.locateExecutable() else {
            // Without an engine nothing was measured with it.
            return EngineOptions(options: EngineOption.all(plan, threads: configuration.threads, step: nil), calibratedAt: nil, gain: nil)
        }
        let step = await promptStep(of: entry, executable)
        let stored = await storedTuning(of: entry, executable)
        return EngineOptions(
            options: EngineOption.all(plan, threads: configuration.threads, step: step), calibratedAt: stored?.at, gain: stored?.gain)
    }
}
