import Foundation
import RoostAPI
import RoostClient
import RoostCore
import RoostServer
import SystemPackage
import TestSupport
import Testing

@testable import HubMirror

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#endif

extension EndToEndTests {
    /// What goes wrong while a model is made of weights that come.
    @Suite(.serialized) struct ConversionFaultTests {
        private static let model = "large/Llama"

        private func withServer(
            layers: Int = 3, bytesPerSecond: Int64? = nil, faults: [HubMirror.Middleware] = [], wrapper: (FilePath) throws -> [String] = { _ in [] },
            _ body: (Server) async throws -> Void
        ) async throws {
            try await withTemporaryDirectory { root in
                let files = root.appending("hub-files")
                try WeightsHub.addLarge(Self.model, layers: layers, to: files)
                try await FaultHub.run(files, bytesPerSecond: bytesPerSecond, faults: faults) { hub in
                    let site = Site(root: root, hubEndpoint: hub.endpoint)
                    let server = try await site.serve(wrapper: wrapper(site.home))
                    try await body(server)
                    #expect(await server.stop() == 0)
                }
            }
        }

        /// What an undisturbed pull makes.
        private static func undisturbed(layers: Int, _ recipe: QuantizationPolicy) async throws -> String {
            try await withTemporaryDirectory { root in
                try WeightsHub.addLarge(model, layers: layers, to: root.appending("hub-files"))
                return try await FaultHub.run(root.appending("hub-files")) { hub in
                    let server = try await Site(root: root, hubEndpoint: hub.endpoint).serve()
                    let job = try await server.pull(model, quantize: recipe)
                    return try sha256(of: FilePath(#require(job.localPath, "\(job.traceback ?? "")")).appending("model.gguf"))
                }
            }
        }

        /// Files of 32 MiB and more come after the small ones, and are converted while they come.
        @Test(arguments: [3, 5])
        func `wrong bytes that were converted already are converted anew when the right ones are here`(layers: Int) async throws {
            let right = try await Self.undisturbed(layers: layers, .q8)
            let fault = SpoiltWeights(times: 1)
            try await withServer(layers: layers, bytesPerSecond: 32 << 20, faults: [fault]) { server in
                let job = try await server.pull(Self.model, quantize: .q8)
                #expect(job.status == .succeeded && fault.remaining < 1, "\(job.traceback ?? "")")
                #expect(try sha256(of: server.site.conversion(Self.model, "Q8_0").appending("model.gguf")) == right)
                #expect(server.process.output.contains("weights that were read early were wrong"))
            }
        }

        @Test func `weights that stay wrong fail the job, and no model is there`() async throws {
            try await withServer(faults: [SpoiltWeights(times: .max)]) { server in
                let job = try await server.pull(Self.model, quantize: .q8)
                #expect(job.status == .failed && job.localPath == nil)
                #expect(job.error?.contains("are not the ones the Hub promised") == true, "\(job.traceback ?? "")")
                #expect(server.site.madeModels().isEmpty)
                #expect(try await server.client.models().isEmpty)
            }
        }

        @Test func `heads that were other ones when the pull was planned fail the job, and no model is there`() async throws {
            try await withServer(faults: [LyingHeads()]) { server in
                let job = try await server.pull(Self.model, quantize: .q8)
                #expect(job.status == .failed && job.error?.contains("changed between the plan and the download") == true, "\(job.traceback ?? "")")
                #expect(server.site.madeModels().isEmpty)
                let again = try await server.pull(Self.model, quantize: .q8)
                #expect(again.status == .succeeded, "\(again.traceback ?? "")")
            }
        }

        @Test func `a pause ends a conversion at once, and it goes on later`() async throws {
            let right = try await Self.undisturbed(layers: 12, .q4)
            try await withServer(layers: 12) { server in
                let id = try await server.client.pull(PullRequest(model: Self.model, quantize: .q4)).jobID
                try await server.converting(id)
                #expect(try await server.client.pause(id).job.stage == .paused)
                _ = try await eventually("an end of the work") { try Self.isLocked(server.site.conversion(Self.model, "Q4_K_M")) ? nil : true }
                // The work has ended before its model was made.
                #expect(server.site.madeModels().isEmpty)
                _ = try await server.client.resume(id)
                #expect(try await server.finished(id).status == .succeeded)
                #expect(try sha256(of: server.site.conversion(Self.model, "Q4_K_M").appending("model.gguf")) == right)
            }
        }

        @Test func `a canceled conversion ends at once and leaves no model`() async throws {
            try await withServer(layers: 12) { server in
                let id = try await server.client.pull(PullRequest(model: Self.model, quantize: .q4)).jobID
                try await server.converting(id)
                #expect(try await server.client.cancel(id).job.stage == .canceled)
                _ = try await eventually("an end of the work") { try Self.isLocked(server.site.conversion(Self.model, "Q4_K_M")) ? nil : true }
                // The work has ended before its model was made.
                #expect(server.site.madeModels().isEmpty)
            }
        }

        #if os(Linux)
            @Test func `a disk without room for the model fails the job, whether it was full before or is filled meanwhile`() async throws {
                // 25 MB of Q8_0 in all.
                for (size, thief) in [("12m", nil), ("40m", "30m")] {
                    try await withServer(bytesPerSecond: 12 << 20) { home in
                        let models = home.appending("models")
                        let fill = thief.map {
                            "(until ls '\(models)'/*/*/Q8_0/*incomplete; do sleep 0.05; done; head -c \($0) /dev/zero >'\(models)/fill') 2>&- &"
                        }
                        return try FailureTests.smallDisk(size, at: models, then: fill ?? "")
                    } _: { server in
                        let job = try await server.pull(Self.model, quantize: .q8)
                        #expect(job.status == .failed && job.localPath == nil)
                        #expect(job.traceback?.hasPrefix("[insufficient_space] ") == true, "\(job.traceback ?? "")")
                        #expect(Sentence.problems(of: job.error ?? "") == [])
                        let disk = "/proc/\(server.process.identifier)/root\(server.site.home)/models"
                        #expect(try FileManager.default.subpathsOfDirectory(atPath: disk).filter { $0.hasSuffix("model.gguf") } == [])
                        #expect(try await server.client.models().isEmpty)
                        #expect(try await String(decoding: server.client.raw("/health"), as: UTF8.self).contains("ok"))
                    }
                }
            }
        #endif

        /// Whether a process works in a conversion's folder.
        private static func isLocked(_ folder: FilePath) throws -> Bool {
            let (recipe, commit, name) = (
                folder.lastComponent, folder.removingLastComponent().lastComponent, folder.removingLastComponent().removingLastComponent()
            )
            let path = name.removingLastComponent().appending(".locks").appending(name.lastComponent?.string ?? "")
                .appending("\(commit?.string ?? "")-\(recipe?.string ?? "").lock")
            guard let lock = FileHandle(forUpdatingAtPath: path.string) else { return false }
            return flock(lock.fileDescriptor, LOCK_EX | LOCK_NB) != 0
        }
    }
}
