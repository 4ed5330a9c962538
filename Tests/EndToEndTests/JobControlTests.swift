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
    /// What a user does to a pull that is under way, with the server killed right after it has said yes.
    @Suite(.serialized) struct JobControlTests {
        private static let size: Int64 = 60 << 20
        /// A pull that is asked for later than another one's end shows that the queue was looked at.
        private static let small = "noise/small"

        /// Gives `body` a server whose pull of 60 MiB is under way: the hub holds the last 20 MiB back until the gate is opened.
        private func withRunningPull(_ body: (_ server: Server, _ id: String, _ hub: FaultHub, _ gate: Gate) async throws -> Void) async throws {
            try await withTemporaryDirectory { root in
                let files = root.appending("hub-files")
                try SampleHub.addNoise("noise/mid", bytes: Int(Self.size), to: files)
                try SampleHub.addNoise(Self.small, bytes: 1000, to: files)
                let gate = Gate(after: 40 << 20, of: "noise/mid")
                try await FaultHub.run(files, faults: [gate]) { hub in
                    defer { gate.open() }
                    let server = try await Site(root: root, hubEndpoint: hub.endpoint, variables: Site.noEngine).serve()
                    let id = try await server.client.pull(PullRequest(model: "noise/mid")).jobID
                    _ = try await eventually("24 MiB", within: .seconds(120)) {
                        (try await server.client.job(id).job.downloadedBytes ?? 0) >= 24 << 20 ? true : nil
                    }
                    try await body(server, id, hub, gate)
                }
            }
        }

        private func killed(_ server: Server) async throws -> Server {
            server.process.send(SIGKILL)
            #expect(await server.process.exitCode() == 128 + SIGKILL)
            return try await server.site.serve()
        }

        @Test func `a limit changes a pull under way, for all pulls and for one`() async throws {
            try await withRunningPull { server, id, _, gate in
                func run(_ arguments: String...) async throws -> String {
                    let result = try await server.site.roost(arguments, server: server)
                    #expect(result.code == 0, "\(result.output)")
                    return result.output
                }
                #expect(try await run("jobs", "rate", id, "100kB").contains("is limited to 100 kB/s"))
                #expect(try await server.client.job(id).job.maxBytesPerSecond == 100_000)
                #expect(try await run("jobs", "rate", id, "unlimited").contains("no longer limited"))
                #expect(try await run("bandwidth", "off").contains("off: pulls wait"))
                let waiting = try await eventually("the queue") {
                    let job = try await server.client.job(id).job
                    return job.status == .queued ? job : nil
                }
                #expect(try await run("bandwidth", "8MiB").contains("at most 8.39 MB/s"))
                let begin = ContinuousClock.now
                gate.open()
                // At 64 KiB/s the rest would take five minutes; that limit is changed while it holds.
                #expect(try await run("jobs", "rate", id, "64KiB").contains("is limited to 65.5 kB/s"))
                #expect(try await run("jobs", "rate", id, "unlimited").contains("no longer limited"))
                #expect(try await server.finished(id).status == .succeeded)
                let missing = Self.size - (waiting.downloadedBytes ?? 0)
                #expect(missing >= 16 << 20 && ContinuousClock.now - begin >= .seconds(Double(missing - 4 << 20) / Double(8 << 20)))
                #expect(try await run("bandwidth", "reset").contains("unlimited (by the settings)"))
                #expect(await server.stop() == 0)
            }
        }

        @Test func `a canceled pull stays canceled, also after a kill, and fetches nothing more`() async throws {
            try await withRunningPull { first, id, hub, _ in
                #expect(try await first.client.cancel(id).job.stage == .canceled)
                let second = try await killed(first)
                let asked = hub.meter.fileRequests(of: "noise/mid")
                let job = try await second.client.job(id).job
                #expect(job.status == .failed && job.stage == .canceled && job.finishedAt != nil)
                #expect(try await second.pull(Self.small).status == .succeeded)
                #expect(try await second.client.job(id).job.finishedAt == job.finishedAt)
                #expect(asked > 0 && hub.meter.fileRequests(of: "noise/mid") == asked, "a canceled pull goes on fetching")
                #expect(await second.stop() == 0)
            }
        }

        @Test func `a paused pull waits, also after a kill, and resumes with the bytes that it has`() async throws {
            try await withRunningPull { first, id, hub, gate in
                #expect(try await first.client.pause(id).job.stage == .paused)
                // The bytes are noted when the work has ended.
                _ = try await eventually("the end of the work") { try await first.client.partials().contains(where: \.isInUse) ? nil : true }
                let second = try await killed(first)
                let (asked, sent) = (hub.meter.fileRequests(of: "noise/mid"), hub.meter.fileBytes)
                #expect(try await second.pull(Self.small).status == .succeeded)
                let waiting = try await second.client.job(id).job
                #expect(waiting.status == .queued && waiting.stage == .paused && hub.meter.fileRequests(of: "noise/mid") == asked)
                gate.open()
                _ = try await second.client.resume(id)
                #expect(try await second.finished(id).status == .succeeded)
                // Streams that take parts of each other's over leave a little of each behind.
                #expect(hub.meter.fileBytes - sent <= Self.size - 24 << 20 + 8 << 20, "what was there is fetched again")
                #expect(await second.stop() == 0)
            }
        }

        @Test func `an identical pull is joined, also by the next server`() async throws {
            try await withRunningPull { first, id, _, gate in
                #expect(try await first.client.pull(PullRequest(model: "noise/mid")).jobID == id)
                let second = try await killed(first)
                #expect(try await second.client.pull(PullRequest(model: "noise/mid")).jobID == id)
                gate.open()
                #expect(try await second.finished(id).status == .succeeded)
                let again = try await second.client.pull(PullRequest(model: "noise/mid")).jobID
                #expect(again != id, "a finished pull is not joined")
                #expect(await second.stop() == 0)
            }
        }
    }
}
