import Access
import Engines
import Hummingbird
import ModelLibrary
import NIOCore
import NIOEmbedded
import RoostCore
import SystemPackage
import TestSupport
import Testing

@testable import RoostServer

/// Responses that are made without their client, by engines that never run.
@Suite struct BackgroundResponseTests {
    /// Calls `body` with engines that start nothing, and the sample model.
    private func withInference(_ body: (Inference) async throws -> Void) async throws {
        try await withTemporaryDirectory { directory in
            try CachedModel.placeSample(in: directory)
            let store = try KeyStore(path: directory.appending("keys.db"))
            let engines = EngineSupervisor(
                configuration: EngineConfiguration(locateExecutable: { "/nowhere" }, guardCommand: [], runtimeDirectory: directory), logger: .silent)
            let inference = Inference(
                catalog: ModelCatalog(cacheDirectory: directory), engines: engines, accounts: try KeyAccounts(store: store, logger: .silent),
                bodyLimit: 4 << 20, bodies: BodyBudget(limit: 16 << 20), pulse: .seconds(10))
            try await body(inference)
            try store.close()
        }
    }

    @Test func `a response that is not complete within its time fails`() async throws {
        try await withInference { inference in
            let fields = try RequestFields(body: ByteBuffer(string: #"{"model":"acme/smol","input":"Hi","background":true}"#))
            let asked = try ResponseRequest(fields, canStore: true)
            var context = RoostContext(source: ApplicationRequestContextSource(channel: EmbeddedChannel(), logger: .silent))
            context.caller = .local
            let (request, run) = (try asked.engineRequest().from(context), ResponseRun(asked, owner: "", storage: nil))
            await run.work(with: inference, request, holding: nil, within: .milliseconds(1))
            #expect(run.response.status == .failed && run.response.error?.message.contains("time") == true, "\(run.response)")
        }
    }
}
