import Engines
import Hummingbird
import RoostCore
import SystemPackage

/// `GET /models`: what is on this machine, and what of it is in memory. `POST /models/unload` takes a model out of memory.
struct ModelRoutes: Sendable {
    let catalog: ModelCatalog
    let engines: EngineSupervisor

    func add(to router: Router<RoostContext>) {
        router.get("models") { _, _ in try await list() }
        router.post("models/unload", use: unload)
    }

    private func unload(_ request: Request, context: RoostContext) async throws -> Response {
        var request = request
        let fields = try RequestFields(body: try await request.readBody(upTo: context.maxUploadSize))
        let reference = try ModelReference(parsing: try fields.string("model", maxBytes: 256))
        await engines.unload(reference)
        return JSON.response(["status": "unloaded", "model": reference.description])
    }

    private func list() async throws -> Response {
        let loaded = Dictionary(await engines.loadedModels().map { ($0.reference, $0) }) { first, _ in first }
        let rows = try catalog.entries().map { entry in
            let engine = loaded[entry.reference]
            let ready = engine?.state == .ready
            return ModelView(
                model: entry.reference.description, loaded: ready, sizeBytes: entry.sizeBytes, localPath: entry.snapshotPath.string,
                loadDuration: ready ? engine?.loadDuration.nanoseconds : nil)
        }
        return JSON.response(rows)
    }
}
