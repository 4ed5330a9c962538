import Access
import Engines
import Hummingbird
import Logging
import ModelLibrary
import NIOEmbedded
import RoostCore
import ServiceLifecycle
import SystemPackage
import TestSupport

@testable import RoostServer

/// The part of a server that asks engines, without its HTTP routes.
enum TestInference {
    /// Calls `body` with the sample model under the name `acme/smol`, and ends all engines afterwards.
    static func run(_ body: (Inference) async throws -> Void) async throws {
        try await withTemporaryDirectory { directory in
            let hub = directory.appending("hub")
            try CachedModel.placeSample(in: hub)
            let store = try KeyStore(path: directory.appending("keys.db"))
            let program = try TestEnvironment.llamaServer
            var configuration = EngineConfiguration(
                locateExecutable: { program }, guardCommand: [try TestEnvironment.roostExecutable.string, "engine-guard"],
                runtimeDirectory: directory.appending("run"))
            configuration.contextLength = 1024
            let engines = EngineSupervisor(configuration: configuration, logger: .silent)
            let inference = Inference(
                catalog: ModelCatalog(cacheDirectory: hub), engines: engines, accounts: try KeyAccounts(store: store, logger: .silent),
                bodyLimit: 4 << 20, bodies: BodyBudget.ofRequests(limit: 16 << 20), pulse: .seconds(10))
            let services = ServiceGroup(services: [engines], logger: .silent)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await services.run() }
                let result: Result<Void, any Error>
                do { result = .success(try await body(inference)) } catch { result = .failure(error) }
                await services.triggerGracefulShutdown()
                try await group.waitForAll()
                try result.get()
            }
            try store.close()
        }
    }

    /// The context of a request that may do everything.
    static var context: RoostContext {
        var context = RoostContext(source: ApplicationRequestContextSource(channel: EmbeddedChannel(), logger: .silent))
        context.caller = .local
        return context
    }
}
