package import ModelLibrary
import RoostCore

extension EngineSupervisor {
    /// Loads a model again: its engine answers the requests that it has, and those that come meanwhile wait for the next one. A
    /// model that is not in memory is loaded.
    ///
    /// - Parameter entry: The model.
    /// - Returns: The loaded model.
    /// - Throws: As `load(_:)`. A cancelled call leaves the engine as it is, if it had requests still.
    package func reload(_ entry: ModelEntry) async throws -> LoadedModel {
        let reference = entry.reference
        if let engine = engines[reference], !engine.isStopping {
            do {
                while let current = engines[reference], current.id == engine.id, !current.isStopping, current.holders > 0 {
                    // Again and again, because another call that was cancelled has ended it.
                    engines[reference]?.isReloading = true
                    try await waitForChange()
                }
            } catch {
                if engines[reference]?.id == engine.id { engines[reference]?.isReloading = false }
                changed()
                throw error
            }
            if engines[reference]?.id == engine.id { stop(reference, because: "a reload was requested") }
        }
        forgetFailure(of: reference)
        return try await load(entry)
    }
}
