import Foundation
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
    /// What a user does to a pull that is under way, with the server killed right after it has said yes.
    @Suite(.serialized) struct JobControlTests {
        /// Gives `body` a server whose pull of 60 MiB, throttled to 20 MiB/s, is under way.
        private func withRunningPull(_ body: (_ server: Server, _ id: String, _ hub: FaultHub) async throws -> Void) async throws {
            try await withTemporaryDirectory { root in
                let files = root.appending("hub-files")
                try SampleHub.addNoise("noise/mid", bytes: 60 << 20, to: files)
                try await FaultHub.run(files, bytesPerSecond: 20 << 20) { hub in
                    let server = try await Site(root: root, hubEndpoint: hub.endpoint).serve()
                    let id = try await server.client.pull(PullRequest(model: "noise/mid")).jobID
                    _ = try await eventually("bytes") { (try await server.client.job(id).job.downloadedBytes ?? 0) > 0 ? true : nil }
                    try await body(server, id, hub)
                }
            }
        }

        private func killed(_ server: Server) async throws -> Server {
            server.process.send(SIGKILL)
            #expect(await server.process.exitCode() == 128 + SIGKILL)
            return try await server.site.serve()
        }

        @Test func `a limit changes a pull under way, for all pulls and for one`() async throws {
            try await withRunningPull { server, id, _ in
                func run(_ arguments: String...) async throws -> String {
                    let result = try await server.site.roost(arguments, server: server)
                    #expect(result.code == 0, "\(result.output)")
                    return result.output
                }
                #expect(try await run("jobs", "rate", id, "100kB").contains("is limited to 100 kB/s"))
                #expect(try await server.client.job(id).job.maxBytesPerSecond == 100_000)
                // What has been read when the limit comes is written still.
                try await Task.sleep(for: .seconds(1))
                let before = try await server.client.job(id).job.downloadedBytes ?? 0
                try await Task.sleep(for: .seconds(2))
                let after = try await server.client.job(id).job.downloadedBytes ?? 0
                #expect(after - before < 4 << 20, "ten times as much without the limit")
                #expect(try await run("jobs", "rate", id, "unlimited").contains("no longer limited"))
                #expect(try await run("bandwidth", "off").contains("off: pulls wait"))
                _ = try await eventually("the queue") { try await server.client.job(id).job.status == .queued ? true : nil }
                #expect(try await run("bandwidth", "reset").contains("unlimited (by the settings)"))
                #expect(try await server.finished(id).status == .succeeded)
                #expect(await server.stop() == 0)
            }
        }

        @Test func `a canceled pull stops at once and stays canceled, also after a kill`() async throws {
            try await withRunningPull { first, id, hub in
                let begin = ContinuousClock.now
                #expect(try await first.client.cancel(id).job.stage == .canceled)
                let took = begin.duration(to: .now)
                let second = try await killed(first)
                let fetched = hub.meter.fileBytes
                let job = try await second.client.job(id).job
                #expect(job.status == .failed && job.stage == .canceled && job.finishedAt != nil)
                try await Task.sleep(for: .seconds(1))
                #expect(hub.meter.fileBytes == fetched, "a canceled pull goes on fetching")
                print("canceling a pull under way took \(took)")
                #expect(await second.stop() == 0)
            }
        }

        @Test func `a paused pull waits, also after a kill, and resumes with the bytes that it has`() async throws {
            try await withRunningPull { first, id, hub in
                #expect(try await first.client.pause(id).job.stage == .paused)
                let second = try await killed(first)
                let fetched = hub.meter.fileBytes
                try await Task.sleep(for: .seconds(1))
                let waiting = try await second.client.job(id).job
                #expect(waiting.status == .queued && waiting.stage == .paused && hub.meter.fileBytes == fetched)
                _ = try await second.client.resume(id)
                #expect(try await second.finished(id).status == .succeeded)
                #expect(hub.meter.fileBytes < 70 << 20, "what was there is fetched again")
                #expect(await second.stop() == 0)
            }
        }

        @Test func `an identical pull is joined, also by the next server`() async throws {
            try await withRunningPull { first, id, _ in
                #expect(try await first.client.pull(PullRequest(model: "noise/mid")).jobID == id)
                let second = try await killed(first)
                #expect(try await second.client.pull(PullRequest(model: "noise/mid")).jobID == id)
                #expect(try await second.finished(id).status == .succeeded)
                let again = try await second.client.pull(PullRequest(model: "noise/mid")).jobID
                #expect(again != id, "a finished pull is not joined")
                #expect(await second.stop() == 0)
            }
        }
    }
}
