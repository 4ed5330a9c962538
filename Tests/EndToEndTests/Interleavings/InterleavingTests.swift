import Foundation
import RoostAPI
import RoostClient
import RoostCore
import SystemPackage
import TestSupport
import Testing

extension EndToEndTests {
    /// Random interleavings of pulls, dry runs, cancels, second pulls, verify, gc and kills on one cache: no wrong file, no lost byte that was journalled,
    /// no failed job. `ROOST_INTERLEAVINGS=1000` (`make interleavings`) runs so many; `ROOST_INTERLEAVING_SEED` names the first seed.
    @Suite(.serialized) struct InterleavingTests {
        private static func number(_ name: String) -> Int? { ProcessInfo.processInfo.environment[name].flatMap { Int($0) } }

        private static var count: Int { number("ROOST_INTERLEAVINGS") ?? 24 }

        /// Other ones every day, so that many are seen in time; the failure tells which it was.
        private static var first: Int { number("ROOST_INTERLEAVING_SEED") ?? Int(Date().timeIntervalSince1970 / 86_400) * 1000 }

        @Test func `whatever happens on one cache, no file is wrong, no journalled byte is lost, no job fails`() async throws {
            try await withTemporaryDirectory { root in
                try InterleavingHub.make(in: root.appending("hub-files"))
                try await FaultHub.run(root.appending("hub-files"), bytesPerSecond: 24 << 20) { mirror in
                    var site = Site(root: root, hubEndpoint: mirror.endpoint)
                    site.variables = ["MAX_CONCURRENT_PULLS": "4"]
                    let hub = try await InterleavingHub(mirror.endpoint)
                    try await InterleavingHub.withClient(mirror.endpoint, cache: site.cache) { client in
                        var run = try await InterleavingRun(site, hub, client)
                        for seed in Self.first..<Self.first + Self.count {
                            let plan = InterleavingPlan(seed: seed)
                            let problems = try await run.run(plan)
                            for problem in problems { Issue.record("\(plan): \(problem)") }
                            print("interleaving | \(seed) | \(plan.steps.count) | \(problems.count)")
                        }
                        #expect(await run.end() == 0)
                        print("interleavings | \(Self.count) | \(run.figures)")
                    }
                }
            }
        }

        @Test func `pulls that want the same file by other names share one transfer`() async throws {
            try await withTemporaryDirectory { root in
                try InterleavingHub.make(in: root.appending("hub-files"))
                try await FaultHub.run(root.appending("hub-files"), bytesPerSecond: 16 << 20) { mirror in
                    var site = Site(root: root, hubEndpoint: mirror.endpoint)
                    site.variables = ["MAX_CONCURRENT_PULLS": "4"]
                    let server = try await site.serve()
                    let wants = [
                        InterleavingPlan.Want(repository: "acme/one"), .init(repository: "acme/one", tag: "Q4_K_M"),
                        .init(repository: "acme/one", revision: "main"), .init(repository: "acme/one", patterns: ["*Q4_K_M*"]),
                    ]
                    var ids: Set<String> = []
                    for want in wants { ids.insert(try await server.client.pull(want.request).jobID) }
                    for want in wants { #expect(try await server.client.preview(want.request).totalBytes >= 5 << 20) }
                    for id in ids { #expect(try await server.finished(id).status == .succeeded) }
                    // The small files beside it take no lock, and may come once for each.
                    #expect((5 << 20..<(5 << 20) + 1000).contains(Int(mirror.meter.fileBytes)), "\(mirror.meter.fileBytes)")
                    #expect(await server.stop() == 0)
                }
            }
        }
    }
}
