import Foundation
import Hummingbird
import RoostClient
import RoostCore
import Synchronization
import SystemPackage
import TestSupport
import Testing

extension EndToEndTests {
    /// A hub that fails for a moment, and a pull that does not begin again for it.
    @Suite(.serialized) struct StumblingHubTests {
        /// Answers the first request for each address with 503.
        private final class Stumbling: RouterMiddleware {
            private let seen = Mutex<Set<String>>([])

            var stumbles: Int { seen.withLock { $0.count } }

            @concurrent func handle(
                _ request: Request, context: BasicRequestContext, next: @concurrent (Request, BasicRequestContext) async throws -> Response
            ) async throws -> Response {
                seen.withLock { $0.insert(request.uri.path).inserted }
                    ? Response(status: .serviceUnavailable) : try await next(request, context)
            }
        }

        @Test func `six single 503s are six short pauses within one try`() async throws {
            try await withTemporaryDirectory { root in
                let files = root.appending("hub-files")
                try SampleHub.addNoise("acme/noise", bytes: 6_000_000, to: files)
                for name in ["README.md", "config.json", "tokenizer.json"] {
                    try Data("{}\n".utf8).write(to: URL(fileURLWithPath: files.appending("acme/noise").appending(name).string))
                }
                let stumbling = Stumbling()
                try await FaultHub.run(files, faults: [stumbling]) { hub in
                    let server = try await Site(root: root, hubEndpoint: hub.endpoint).serve()
                    let start = ContinuousClock.now
                    let job = try await server.pull("acme/noise")
                    print("six single 503s: \(ContinuousClock.now - start)")
                    #expect(job.status == .succeeded && job.retryCount == 0 && stumbling.stumbles == 6)
                    let history = try await server.client.history(of: job.id)
                    #expect(!history.contains { $0.kind == .retryScheduled }, "\(history.compactMap(\.message))")
                    #expect(await server.stop() == 0)
                }
            }
        }
    }
}
