import Engines
import ModelLibrary
import PullJobs
import RoostCore

/// Loads pulled models into engines.
struct EngineLoader: ModelLoader {
    let catalog: ModelCatalog
    let engines: EngineSupervisor

    func load(_ model: ModelReference) async throws {
        let entry = try catalog.entry(for: model)
        await engines.forgetFailure(of: entry.reference)
        _ = try await engines.load(entry)
    }
}
