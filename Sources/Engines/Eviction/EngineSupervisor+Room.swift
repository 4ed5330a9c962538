import ModelLibrary
import RoostCore

extension EngineSupervisor {
    /// Waits until an examined engine has a place: fewer than the most engines run, and its memory is free. Ends unused
    /// engines for it, the least valuable first.
    ///
    /// - Returns: Whether it has a place now. Without one, no request waits for it any more, or its failure is recorded.
    func takePlace(_ reference: ModelReference) async -> Bool {
        defer { stopDraining() }
        let deadline = time.now() + configuration.busyTimeout
        while let engine = engines[reference], !engine.isStopping, !isShuttingDown {
            guard let facts = engine.facts, engine.holders > 0 else { return false }
            // What is being ended for it is worth the wait.
            let isOver = time.now() >= deadline && !engines.values.contains(where: \.isStopping)
            let pause: Duration?
            switch decide(engine, facts, isOver: isOver) {
            case .start(let memory):
                admit(engine, facts, memory: memory)
                return true
            case .never(let memory):
                record(engine, refusal(engine, facts, memory: memory), cooldown: .zero)
                return false
            case .evict(let ids):
                evict(ids, for: reference)
                continue
            case .drain where isOver, .wait where isOver:
                record(engine, busy(reference), cooldown: .zero)
                return false
            case .drain(let ids):
                drain(ids, for: reference)
                pause = nil
            case .wait(let most): pause = most
            }
            let left = deadline - time.now()
            guard (try? await waitForChange(atMost: left > .zero ? min(pause ?? left, left) : pause)) != nil else { return false }
        }
        return false
    }

    /// The other engines that run, and the memory.
    func room(without id: Int?) -> EngineRoom {
        let now = time.now()
        let running = engines.values.filter { !$0.isWaiting && $0.id != id }.map { engine in
            EngineRoom.Engine(
                id: engine.id, requests: engine.holders, isLoading: engine.machine.state == .loading, isLeaving: engine.isStopping,
                isPinned: isPinned(engine.entry.reference),
                idle: now - engine.lastUsed, loadDuration: engine.loadDuration,
                returns: unreturned[engine.entry.reference] == nil, need: engine.memory?.bytes ?? 0,
                resident: engine.log.processIdentifier.flatMap { configuration.memoryOfProcess($0) }?.own ?? 0)
        }
        return EngineRoom(available: configuration.availableMemory(), most: max(1, configuration.maxModels), engines: running)
    }

    /// The plan for a model with this much memory, and what it needs. `isLastChance` means that a context below 4096
    /// tokens is better than no engine.
    func planned(
        _ entry: ModelEntry, _ facts: ModelFacts, _ devices: [EngineDevice], memory: Int64, isLastChance: Bool
    ) -> (plan: EnginePlan, need: EngineNeed) {
        func need(_ plan: EnginePlan) -> EngineNeed {
            EngineNeed(facts, plan, remembered: notes?.bytes(entry, plan), devices: devices)
        }
        let plan = EnginePlan(
            facts, wantedContext: contextLength(of: entry.reference), availableMemory: memory, isLastChance: isLastChance, need: { need($0).bytes })
        // A wish of a request never keeps a model out of memory.
        if let wish = wishes[entry.reference], wish > plan.contextLength, let longer = wished(wish, entry, facts, devices, memory: memory) {
            return longer
        }
        return (plan, need(plan))
    }

    /// What a model needs to start beside these engines.
    func decision(
        _ entry: ModelEntry, _ facts: ModelFacts, _ devices: [EngineDevice], room: EngineRoom, waited: Duration
    ) -> EngineRoom.Decision {
        let decision = room.decide(waited: waited) { planned(entry, facts, devices, memory: $0, isLastChance: false).need.bytes <= $0 }
        guard case .never = decision else { return decision }
        return room.decide(waited: waited) { planned(entry, facts, devices, memory: $0, isLastChance: true).need.bytes <= $0 }
    }

    /// What a waiting engine does next; `isOver` means that it has waited too long already, so that only engines in use
    /// are a reason to wait.
    private func decide(_ engine: SupervisedEngine, _ facts: ModelFacts, isOver: Bool) -> EngineRoom.Decision {
        // The one that has waited longest takes the next place, so that none waits for ever.
        let waiting = engines.values.filter { $0.isWaiting && !$0.isStopping && $0.facts != nil && $0.holders > 0 }
        guard !waiting.contains(where: { $0.id < engine.id }) else { return .wait(atMost: nil) }
        return decision(
            engine.entry, facts, engine.devices, room: room(without: engine.id), waited: isOver ? .seconds(3600) : time.now() - engine.startedAt)
    }
}

extension EngineSupervisor {
    private func admit(_ engine: SupervisedEngine, _ facts: ModelFacts, memory: Int64) {
        let (plan, need) = planned(engine.entry, facts, engine.devices, memory: memory, isLastChance: true)
        let reference = engine.entry.reference
        engines[reference]?.plan = plan
        engines[reference]?.memory = need
        let waited = time.now() - engine.startedAt
        engines[reference]?.startedAt = time.now()
        decided(
            .load, reference, because: plan.reason,
            [
                "slots": Double(plan.slots), "context": Double(plan.contextLength), "need_bytes": Double(need.bytes),
                "weights_bytes": Double(need.estimate.weights), "context_bytes": Double(need.estimate.context), "available_bytes": Double(memory),
                "waited_seconds": waited / .seconds(1),
            ])
        changed()
    }

    /// Chooses a plan again before a restart if the memory of the first one is no longer free: the engine was perhaps
    /// ended because of that.
    func keepPlace(_ reference: ModelReference) -> Bool {
        guard let engine = engines[reference], let facts = engine.facts, let need = engine.memory else { return false }
        let memory = room(without: engine.id).memory()
        guard need.bytes > memory else { return true }
        admit(engine, facts, memory: memory)
        return true
    }

    private func evict(_ ids: [Int], for reference: ModelReference) {
        for engine in engines.values where ids.contains(engine.id) {
            unreturned[engine.entry.reference] = engine.lastUsed + EngineRoom.Engine.linger(engine.loadDuration)
            stop(
                engine.entry.reference, because: "another model needs its place, and this one is the least valuable",
                for: reference,
                figures: [
                    "idle_seconds": (time.now() - engine.lastUsed) / .seconds(1), "load_seconds": engine.loadDuration / .seconds(1),
                    "need_bytes": Double(engine.memory?.bytes ?? 0),
                ])
        }
    }

    private func drain(_ ids: [Int], for reference: ModelReference) {
        for engine in engines.values where ids.contains(engine.id) && !engine.isDraining {
            decided(
                .drain, engine.entry.reference, because: "another model has waited long enough for its place", for: reference,
                ["requests": Double(engine.holders)])
            engines[engine.entry.reference]?.isDraining = true
        }
    }

    private func stopDraining() {
        for (reference, engine) in engines where engine.isDraining { engines[reference]?.isDraining = false }
        changed()
    }

    private func busy(_ reference: ModelReference) -> RoostError {
        let busy = engines.values.filter { !$0.isWaiting }.map(\.entry.reference.description).sorted()
        let names = busy.joined(separator: ", ")
        decided(
            .refusal, reference, because: "there was no place for it: \(names.isEmpty ? "other models" : names) stayed busy",
            ["busy": Double(busy.count), "most": Double(configuration.maxModels), "waited_seconds": configuration.busyTimeout / .seconds(1)])
        return RoostError(
            .enginesBusy,
            "\(reference) could not be loaded: \(names.isEmpty ? "other models" : names) stayed busy, and at most \(configuration.maxModels == 1 ? "one model is" : "\(configuration.maxModels) models are") in memory at once, or as many as fit. Try again later, or raise max_cache_models (MAX_CACHE_MODELS) if the memory is enough.",
            retryAfter: .seconds(5))
    }

    /// The error for a model that does not fit, whatever ends for it.
    private func refusal(_ engine: SupervisedEngine, _ facts: ModelFacts, memory: Int64) -> RoostError {
        let entry = engine.entry
        let (plan, need) = planned(entry, facts, engine.devices, memory: memory, isLastChance: true)
        let parts = need.estimate
        let pinned = engines.values.filter { !$0.isWaiting && !$0.isStopping && isPinned($0.entry.reference) }.map(\.entry.reference.description)
            .sorted()
        let others = pinned.isEmpty ? "even without other models" : "and \(pinned.joined(separator: ", ")) is pinned (`roost unload` ends a pin)"
        let wanted = contextLength(of: entry.reference)
        let shorter = wanted > 0 ? ", a smaller context_length (now \(wanted))" : ""
        decided(
            .refusal, entry.reference, because: "it does not fit into memory",
            [
                "need_bytes": Double(need.bytes), "available_bytes": Double(memory), "weights_bytes": Double(parts.weights),
                "context": Double(plan.contextLength), "context_bytes": Double(parts.context),
            ])
        return RoostError(
            .insufficientMemory,
            "\(entry.reference) needs about \(ByteCount(need.bytes)) of memory, and at most \(ByteCount(max(0, memory))) are available, \(others): \(ByteCount(parts.weights)) for the weights and \(ByteCount(parts.context)) for a context of \(plan.contextLength) tokens. Use a smaller quantisation or model\(shorter), or free memory.",
            field: "model")
    }
}
