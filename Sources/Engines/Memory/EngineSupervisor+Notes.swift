import RoostCore

extension EngineSupervisor {
    /// Records the memory that an engine uses now.
    ///
    /// - Returns: The bytes; `nil` if the system does not tell.
    @discardableResult
    func noteMemory(of reference: ModelReference) -> Int64? {
        guard let engine = engines[reference], let plan = engine.plan, let need = engine.memory, let process = engine.log.processIdentifier,
            let memory = configuration.memoryOfProcess(process)
        else { return nil }
        // The system may have removed parts of the weights from memory, and would read them again.
        let isAllHere = need.placement?.savedBytes ?? 0 == 0
        let used = memory.own.clampedPlus(isAllHere ? max(memory.files, need.estimate.weights) : memory.files)
        if notes?.record(used, engine.entry, plan) == true { hasNewNotes = true }
        return used
    }

    /// Records the duration of an engine's load.
    func noteLoad(of engine: SupervisedEngine, _ duration: Duration) {
        if let plan = engine.plan, notes?.record(load: duration, engine.entry, plan) == true { hasNewNotes = true }
    }

    /// Stores what has changed since the last call.
    func storeNotes() async {
        guard hasNewNotes, let notes else { return }
        hasNewNotes = false
        await configuration.writeNotes(notes)
    }
}
