package import RoostCore

extension EngineSupervisor {
    /// Sets how long a model stays in memory after each of its requests, until another call for it.
    ///
    /// - Parameters:
    ///   - keepAlive: The time.
    ///   - reference: The model, as the catalog names it.
    package func setKeepAlive(_ keepAlive: KeepAlive, of reference: ModelReference) {
        guard keepAlives[reference] != keepAlive else { return }
        keepAlives[reference] = keepAlive
        changed()
    }

    /// Lets a model leave memory as soon as no request uses it, this once: its next load is like the others.
    ///
    /// - Parameter reference: The model, as the catalog names it.
    package func letGo(_ reference: ModelReference) {
        engines[reference]?.leavesWhenUnused = true
        changed()
    }

    /// Sets whether a model stays in memory whatever other models need.
    ///
    /// - Parameters:
    ///   - isPinned: Whether it stays.
    ///   - reference: The model, as the catalog names it.
    package func setPinned(_ isPinned: Bool, _ reference: ModelReference) {
        if isPinned { pins.insert(reference) } else { pins.remove(reference) }
        changed()
    }

    /// Returns how long a model stays in memory after each request, and whether it is pinned.
    ///
    /// - Parameter reference: The model, as the catalog names it.
    /// - Returns: The time, without the effect of a pin, and the pin.
    package func stay(of reference: ModelReference) -> (KeepAlive, isPinned: Bool) {
        (keepAlives[reference] ?? configuration.keepAlive, isPinned(reference))
    }

    /// Returns the time until a model leaves memory if no request comes.
    ///
    /// - Parameter reference: The model, as the catalog names it.
    /// - Returns: `nil` if it stays until another model needs the memory.
    package func timeLeft(of reference: ModelReference) -> Duration? {
        let (keepAlive, isPinned) = stay(of: reference)
        guard !isPinned, case .unused(let time) = keepAlive else { return nil }
        guard let engine = engines[reference], engine.holders == 0 else { return time }
        return max(.zero, time - (self.time.now() - engine.lastUsed))
    }

    /// Whether a model does not leave memory for another one: a pin of a repository counts for all of its models.
    func isPinned(_ reference: ModelReference) -> Bool {
        pins.contains(reference) || configuration.pinned.contains(reference)
            || configuration.pinned.contains(ModelReference(repository: reference.repository))
    }

    /// Ends a ready engine when it has been unused for the time that its model stays in memory.
    func endWhenUnused(_ reference: ModelReference) async {
        while let engine = engines[reference], !engine.isStopping {
            var left: Duration?
            let keepAlive: KeepAlive = engine.leavesWhenUnused ? .unused(.zero) : self.stay(of: reference).0
            if engine.holders == 0, !isPinned(reference), case .unused(let stay) = keepAlive {
                let idle = time.now() - engine.lastUsed
                if idle >= stay {
                    return stop(
                        reference, because: "it was not used for the time that it stays in memory",
                        figures: ["keep_alive_seconds": stay / .seconds(1), "idle_seconds": idle / .seconds(1)])
                }
                left = stay - idle
            }
            // Cancellation means that the engine has ended already.
            guard (try? await waitForChange(atMost: left)) != nil else { return }
        }
    }

    /// The models that have an engine, if one that is stored has none any more, or one that ends: it went just before the end of the
    /// server.
    var modelsToStoreAtEnd: [ModelReference]? {
        guard storedLoaded.contains(where: { engines[$0]?.isStopping ?? true }) else { return nil }
        return engines.values.filter { !$0.isStopping }.sorted { $0.lastUsed > $1.lastUsed }.map(\.entry.reference)
    }

    /// Stores which models are in memory, so that they return after a restart. The end of the server is no change.
    func storeLoaded() async {
        guard !isStoringLoaded else { return }
        isStoringLoaded = true
        defer { isStoringLoaded = false }
        while !isShuttingDown {
            // A model whose engine is being started again returns too.
            let loaded = engines.values.filter { !$0.isStopping && $0.loadDuration > .zero }.sorted { $0.lastUsed > $1.lastUsed }.map(
                \.entry.reference)
            guard Set(loaded) != storedLoaded else { return }
            storedLoaded = Set(loaded)
            await configuration.storeLoaded(loaded)
        }
    }
}
