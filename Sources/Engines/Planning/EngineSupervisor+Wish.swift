import ModelLibrary
package import RoostCore

extension EngineSupervisor {
    /// Prepares for a request that asks for a longer context: the next load has it, if it fits into the memory beside the
    /// other models. A loaded engine with less ends when no request uses it.
    ///
    /// - Parameters:
    ///   - wish: The context.
    ///   - entry: The model.
    /// - Throws: `RoostError` with code `invalidRequest` if the model was not trained for it, `insufficientMemory` if there
    ///   is no memory for it, `enginesBusy` if the engine stays in use; the errors of the examination;
    ///   `CancellationError`.
    func prepare(for wish: ContextWish, of entry: ModelEntry) async throws {
        let reference = entry.reference
        let facts = if let known = engines[reference]?.facts { known } else { try await configuration.examine(entry) }
        if let trained = facts.contextLength, wish.tokens > trained { throw wish.tooLong(for: reference, trained: trained) }
        let length = wish.length(trained: facts.contextLength)
        let deadline = time.now() + configuration.busyTimeout
        while let engine = engines[reference], let plan = engine.plan, plan.contextLength < wish.tokens {
            if !engine.isStopping {
                guard hasMemory(for: length, engine, facts) else { throw wish.tooLarge(for: reference, have: plan.contextLength) }
                if engine.holders == 0 {
                    wishes[reference] = length
                    return stop(reference, because: "a request asked for a longer context", figures: ["context": Double(length)])
                }
                guard time.now() < deadline else { throw wish.inUse(reference, have: plan.contextLength) }
            }
            try await waitForChange(atMost: max(deadline - time.now(), .seconds(1)))
        }
        // Its next load has it. A shorter wish than an earlier one changes nothing.
        if engines[reference]?.plan == nil { wishes[reference] = max(length, wishes[reference] ?? 0) }
    }

    /// Whether an engine can be started with another context instead of its own.
    private func hasMemory(for length: Int, _ engine: SupervisedEngine, _ facts: ModelFacts) -> Bool {
        let room = room(without: nil)
        let memory = room.memory(without: room.engines.filter { $0.id == engine.id })
        return wished(length, engine.entry, facts, engine.devices, memory: memory) != nil
    }

    /// The plan with a context that a request asked for, and what it needs; `nil` if it does not fit into the memory.
    func wished(
        _ length: Int, _ entry: ModelEntry, _ facts: ModelFacts, _ devices: [EngineDevice], memory: Int64
    ) -> (plan: EnginePlan, need: EngineNeed)? {
        func need(_ plan: EnginePlan) -> EngineNeed {
            EngineNeed(facts, plan, remembered: notes?.bytes(entry, plan), devices: devices)
        }
        let plan = EnginePlan(facts, wantedContext: length, availableMemory: memory, need: { need($0).bytes })
        return need(plan).bytes <= memory ? (plan, need(plan)) : nil
    }
}

extension ContextWish {
    fileprivate func tooLong(for model: ModelReference, trained: Int) -> RoostError {
        RoostError(.invalidRequest, "`\(field)` may be at most \(trained) for \(model), which was trained for that; it is \(tokens).", field: field)
    }

    /// The error when there is no memory for it.
    ///
    /// - Parameters:
    ///   - model: The model.
    ///   - have: The number of tokens that there is memory for.
    /// - Returns: The error.
    package func tooLarge(for model: ModelReference, have: Int) -> RoostError {
        RoostError(
            .insufficientMemory,
            "`\(field)` is \(tokens), and beside the other models there is no memory for that: \(model) has a context of \(have) tokens. Ask for no more, or unload other models first.",
            field: field)
    }

    fileprivate func inUse(_ model: ModelReference, have: Int) -> RoostError {
        RoostError(
            .enginesBusy,
            "`\(field)` is \(tokens), and \(model) is in use with a context of \(have) tokens. It is loaded with more when no request uses it; try again later.",
            field: field, retryAfter: .seconds(10))
    }
}
