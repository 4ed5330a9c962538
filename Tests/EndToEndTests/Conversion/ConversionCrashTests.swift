import Foundation
import RoostAPI
import RoostClient
import RoostCore
import SystemPackage
import TestSupport
import Testing

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#endif

extension EndToEndTests {
    /// Servers killed while a model is made: early, when weights are still coming, and late, when all of them are here.
    @Suite(.serialized) struct ConversionCrashTests {
        private static let model = "large/Llama"
        private static let recipes: [(policy: QuantizationPolicy, name: String)] = [(.no, "BF16"), (.q8, "Q8_0"), (.q4, "Q4_K_M")]

        /// `ROOST_TEST_CONVERSION_KILLS` asks for more of them.
        private static let kills = ProcessInfo.processInfo.environment["ROOST_TEST_CONVERSION_KILLS"].flatMap { Int($0) } ?? 4

        @Test func `a conversion survives kills at random moments and makes the same model`() async throws {
            let layers = 10
            try await withTemporaryDirectory { root in
                let files = root.appending("hub-files")
                try WeightsHub.addLarge(Self.model, layers: layers, to: files)
                let right = try await Self.undisturbed(files, in: root.appending("undisturbed"))
                try await FaultHub.run(files, bytesPerSecond: 50 << 20) { hub in
                    let site = Site(root: root, hubEndpoint: hub.endpoint)
                    var torture = Torture(site: site, right: right, generator: SeededGenerator(seed: 20))
                    try await torture.run(kills: Self.kills)
                    print("\(Self.kills) kills: \(torture.stages.sorted { $0.key < $1.key }), \(torture.finished) models finished and right")
                }
            }
        }

        /// What undisturbed pulls make, by recipe.
        private static func undisturbed(_ files: FilePath, in root: FilePath) async throws -> [String: String] {
            try await FaultHub.run(files) { hub in
                try FileManager.default.createDirectory(atPath: root.string, withIntermediateDirectories: true)
                let server = try await Site(root: root, hubEndpoint: hub.endpoint).serve()
                var digests: [String: String] = [:]
                for recipe in recipes {
                    let job = try await server.pull(model, quantize: recipe.policy)
                    digests[recipe.name] = try sha256(of: FilePath(#require(job.localPath, "\(job.traceback ?? "")")).appending("model.gguf"))
                }
                #expect(await server.stop() == 0)
                return digests
            }
        }

        /// Pulls one recipe after the other, and kills the server on the way.
        private struct Torture {
            let site: Site
            let right: [String: String]
            var generator: SeededGenerator
            var stages: [String: Int] = [:]
            var finished = 0

            mutating func run(kills: Int) async throws {
                var server = try await site.serve()
                for recipe in recipes.cycled() {
                    let id = try await server.client.pull(PullRequest(model: model, quantize: recipe.policy)).jobID
                    while stages.values.reduce(0, +) < kills {
                        let stage = try await stageAfterAMoment(id, server)
                        guard let stage else { break }
                        server.process.send(SIGKILL)
                        #expect(await server.process.exitCode() == 128 + SIGKILL)
                        stages[stage, default: 0] += 1
                        try check(recipe.name, mayBeMissing: true)
                        server = try await site.serve()
                    }
                    let job = try await server.finished(id)
                    #expect(job.status == .succeeded, "\(job.traceback ?? "")")
                    try check(recipe.name, mayBeMissing: false)
                    finished += 1
                    if stages.values.reduce(0, +) >= kills { break }
                    try clean()
                }
                #expect(await server.stop() == 0)
            }

            /// Lets the job go on for a moment.
            ///
            /// - Returns: Its stage then; `nil` when it has ended.
            private mutating func stageAfterAMoment(_ id: String, _ server: Server) async throws -> String? {
                let begun = ContinuousClock.now
                let pause = Duration.milliseconds(Int.random(in: 0..<1500, using: &generator))
                while ContinuousClock.now - begun < pause {
                    if try await server.client.job(id).job.status.isFinished { return nil }
                    try await Task.sleep(for: .milliseconds(5))
                }
                let job = try await server.client.job(id).job
                return job.status.isFinished ? nil : job.stage?.rawValue ?? "queued"
            }

            /// A model that is there is the right one.
            private func check(_ recipe: String, mayBeMissing: Bool) throws {
                let made = site.madeModels().filter { $0.contains("/\(recipe)/") }
                #expect(made.count == 1 || made.isEmpty && mayBeMissing)
                for path in made { #expect(try sha256(of: site.home.appending("models").appending(path)) == right[recipe]) }
            }

            /// Every other model is made of weights that are here already.
            private func clean() throws {
                try FileManager.default.removeItem(atPath: site.home.appending("models").string)
                if finished.isMultiple(of: 2) { try FileManager.default.removeItem(atPath: site.cache.string) }
            }
        }
    }
}

extension Array {
    /// The elements again and again.
    fileprivate func cycled() -> some Sequence<Element> { sequence(first: 0) { $0 + 1 }.lazy.map { self[$0 % count] } }
}
