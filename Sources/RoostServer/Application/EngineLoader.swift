import Engines
import ModelLibrary
import PullJobs
import RoostCore

/// Loads pulled models into engines.
struct EngineLoader: ModelLoader {
    let catalog: ModelCatalog
    let engines: EngineSupervisor

    func load(_ model: ModelReference) async throws {
        // What was pulled, even if an alias has its name.
        let entry = try catalog.ownEntry(for: model)
        await engines.forgetFailure(of: entry.reference)
        _ = try await engines.load(entry)
    }
}
