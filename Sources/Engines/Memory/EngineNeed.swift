import ModelFormats

/// The memory that an engine may need on this machine, in bytes.
package struct EngineNeed: Sendable, Hashable {
    /// The estimate from the head of the model's file.
    package let estimate: MemoryEstimate
    /// The most that an engine with the same plan has used so far; `nil` if there was none.
    package let remembered: Int64?
    /// The layers in the memory of devices; `nil` on a machine without one.
    package let placement: DevicePlacement?

    /// Computes the memory of a plan.
    ///
    /// - Parameters:
    ///   - facts: The properties of the model's files.
    ///   - plan: The options of the engine.
    ///   - remembered: The most that an engine with the same plan has used so far.
    ///   - devices: The devices of the machine.
    package init(_ facts: ModelFacts, _ plan: EnginePlan, remembered: Int64? = nil, devices: [EngineDevice] = []) {
        estimate = MemoryEstimate(facts, plan)
        self.remembered = remembered
        placement = devices.isEmpty ? nil : DevicePlacement(estimate, layers: facts.shape?.layers ?? 0, devices: devices)
    }

    /// The memory of the machine that the engine may need: the estimate, or what was used before if that was more, less
    /// the layers on devices.
    package var bytes: Int64 {
        // What was used before has no part on devices, because it was measured in this memory.
        let estimated = estimate.total.clampedPlus(-(placement?.savedBytes ?? 0))
        return max(estimated, (remembered ?? 0).clampedPlus(remembered == nil ? 0 : estimate.margin))
    }
}
