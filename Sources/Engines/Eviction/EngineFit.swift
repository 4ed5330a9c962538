import ModelFormats
package import ModelLibrary
package import RoostCore

/// Whether a model fits into the memory beside the loaded ones, and what it needs.
package struct EngineFit: Sendable, Hashable {
    /// Whether a model can be loaded.
    package enum Verdict: String, Sendable, Hashable {
        /// It is loaded.
        case loaded
        /// It can be loaded beside the others.
        case fits
        /// It can be loaded after the end of unused engines.
        case afterEviction = "after_eviction"
        /// It can be loaded after other engines have answered their requests.
        case afterRequests = "after_requests"
        /// It cannot be loaded on this machine.
        case never
    }

    /// Whether it can be loaded.
    package var verdict: Verdict
    /// The models that would be taken out of memory for it.
    package var leaving: [ModelReference]
    /// The context and the number of slots that it would have, or has.
    package var plan: EnginePlan
    /// The memory that it needs.
    package var need: EngineNeed
    /// The memory for a further engine now, in bytes.
    package var freeBytes: Int64
    /// The memory for it after the end of the leaving ones, in bytes.
    package var usableBytes: Int64
    /// The number of tokens that the model was trained for; `nil` if its file does not contain it.
    package var trainedContext: Int?
    /// The number of layers of the model; `nil` if its file does not contain it.
    package var layers: Int?
    /// The devices of the machine.
    package var devices: [EngineDevice]
}

extension EngineSupervisor {
    /// Returns whether a model fits into the memory, without loading it.
    ///
    /// - Parameter entry: The model.
    /// - Returns: The answer, with what would be taken out of memory for the model.
    /// - Throws: The errors of the examination of its files.
    package func fit(_ entry: ModelEntry) async throws -> EngineFit {
        var facts = try await configuration.examine(entry)
        if notes == nil {
            let stored = await configuration.readNotes()
            notes = notes ?? stored
        }
        // Without an engine there is no list of devices, and the numbers are those of the machine's memory.
        let executable = try? configuration.locateExecutable()
        let devices = if let executable { await configuration.devices(executable) } else { [EngineDevice]() }
        facts.hasDevices = !devices.isEmpty
        if let executable { facts.tuning = await storedTuning(of: entry, executable)?.tuning ?? EngineTuning() }
        var fit = fit(entry, facts, devices, room(without: engines[entry.reference]?.id))
        if let engine = engines[entry.reference], !engine.isStopping, let plan = engine.plan, let need = engine.memory {
            (fit.verdict, fit.leaving, fit.plan, fit.need) = (.loaded, [], plan, need)
        }
        return fit
    }

    /// The answer for a model that is not loaded.
    private func fit(_ entry: ModelEntry, _ facts: ModelFacts, _ devices: [EngineDevice], _ room: EngineRoom) -> EngineFit {
        let (verdict, leaving): (EngineFit.Verdict, [EngineRoom.Engine])
        // As after a wait that is long enough, so that the answer does not depend on the time of the last request.
        switch decision(entry, facts, devices, room: room, waited: .seconds(3600)) {
        case .start: (verdict, leaving) = (.fits, [])
        case .evict(let ids): (verdict, leaving) = (.afterEviction, room.engines.filter { ids.contains($0.id) || $0.isLeaving })
        case .drain(let ids): (verdict, leaving) = (.afterRequests, room.engines.filter { ids.contains($0.id) || $0.isUnused || $0.isLeaving })
        case .wait: (verdict, leaving) = (.afterRequests, room.engines.filter { $0.isUnused || $0.isLeaving || $0.isLoading })
        case .never: (verdict, leaving) = (.never, room.engines.filter(\.canEnd))
        }
        let usable = room.memory(without: leaving)
        let (plan, need) = planned(entry, facts, devices, memory: usable, isLastChance: true)
        let models = engines.values.filter { engine in verdict != .never && leaving.contains { $0.id == engine.id } }.map(\.entry.reference)
        return EngineFit(
            verdict: verdict, leaving: models.sorted { $0.description < $1.description }, plan: plan, need: need, freeBytes: room.memory(),
            usableBytes: usable, trainedContext: facts.contextLength, layers: facts.shape?.layers, devices: devices)
    }
}
