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
    @Suite(.serialized) struct CrashTests {
        static let size = 300 << 20

        @Test func `a pull survives ten kills at random moments and fetches little twice`() async throws {
            try await withTemporaryDirectory { root in
                let files = root.appending("hub-files")
                let source = try SampleHub.addNoise("noise/big", bytes: Self.size, to: files)
                try await FaultHub.run(files, bytesPerSecond: 60 << 20) { hub in
                    let site = Site(root: root, hubEndpoint: hub.endpoint)
                    var server = try await site.serve()
                    let id = try await server.client.pull(PullRequest(model: "noise/big")).jobID
                    var highest: Int64 = 0
                    for round in 1...10 {
                        try await Task.sleep(for: .milliseconds(Int.random(in: 50...450)))
                        let before = try await server.client.job(id).job
                        #expect(before.status != .failed, "round \(round): \(before.error ?? "")")
                        highest = max(highest, before.downloadedBytes ?? 0)
                        server.process.send(SIGKILL)
                        #expect(await server.process.exitCode() == 128 + SIGKILL)
                        server = try await site.serve()
                    }
                    let job = try await server.finished(id)
                    #expect(job.status == .succeeded, "\(job.traceback ?? "")")
                    let ratio = Double(hub.meter.fileBytes) / Double(Self.size)
                    #expect(ratio <= 1.3)
                    let (wanted, got) = (try sha256(of: source), try sha256(of: site.snapshotFile("noise/big", "noise-Q4_0.gguf")))
                    #expect(wanted == got)
                    #expect(try await server.client.jobs(status: "running").isEmpty)
                    #expect(highest > 0)
                    print("10 kills of a 300 MiB pull: \(hub.meter.fileBytes) bytes fetched, \(ratio) of the file")
                    #expect(await server.stop() == 0)
                }
            }
        }

        @Test func `a server killed in the middle of a file fetches at most 64 MB of it again`() async throws {
            try await withTemporaryDirectory { root in
                let files = root.appending("hub-files")
                let size = Int64(400 << 20)
                let source = try SampleHub.addNoise("noise/big", bytes: Int(size), to: files)
                // The rest comes when the second server asks.
                let gate = Gate(after: size * 5 / 8, of: "noise/big")
                try await FaultHub.run(files, faults: [gate]) { hub in
                    defer { gate.open() }
                    let site = Site(root: root, hubEndpoint: hub.endpoint)
                    let first = try await site.serve()
                    let id = try await first.client.pull(PullRequest(model: "noise/big")).jobID
                    _ = try await eventually("half of the file", every: .milliseconds(5)) { hub.meter.fileBytes >= size / 2 ? true : nil }
                    first.process.send(SIGKILL)
                    #expect(await first.process.exitCode() == 128 + SIGKILL)
                    let sent = hub.meter.fileBytes
                    #expect((size / 2..<size * 3 / 4).contains(sent))
                    gate.open()
                    let second = try await site.serve()
                    let job = try await second.finished(id)
                    #expect(job.status == .succeeded, "\(job.traceback ?? "")")
                    let again = hub.meter.fileBytes - size
                    #expect(again <= 64_000_000)
                    #expect(try sha256(of: source) == sha256(of: site.snapshotFile("noise/big", "noise-Q4_0.gguf")))
                    print("killed after \(sent) of \(size) bytes: \(again) fetched again")
                    #expect(await second.stop() == 0)
                }
            }
        }

        @Test func `SIGTERM checkpoints the download and puts the job back into the queue`() async throws {
            try await withTemporaryDirectory { root in
                let files = root.appending("hub-files")
                let size: Int64 = 60 << 20
                try SampleHub.addNoise("noise/mid", bytes: Int(size), to: files)
                // The last 20 MiB come when the second server asks.
                let gate = Gate(after: 40 << 20, of: "noise/mid")
                try await FaultHub.run(files, faults: [gate]) { hub in
                    defer { gate.open() }
                    let site = Site(root: root, hubEndpoint: hub.endpoint)
                    let first = try await site.serve()
                    let id = try await first.client.pull(PullRequest(model: "noise/mid")).jobID
                    let seen = try await eventually("24 MiB", within: .seconds(120)) {
                        let job = try await first.client.job(id).job
                        return (job.downloadedBytes ?? 0) >= 24 << 20 ? job.downloadedBytes : nil
                    }
                    let begin = ContinuousClock.now
                    #expect(await first.stop() == 0)
                    #expect(ContinuousClock.now - begin < .seconds(240))
                    let row = try JobsFile(site.database).rows()
                    #expect(row == ["\(id)|queued"])
                    let sent = hub.meter.fileBytes
                    gate.open()
                    let second = try await site.serve()
                    let resumed = try await second.client.job(id).job
                    #expect((resumed.downloadedBytes ?? 0) >= seen)
                    #expect(try await second.finished(id).status == .succeeded)
                    #expect(hub.meter.fileBytes - sent <= size - seen + 8 << 20, "what was there is fetched again")
                    #expect(await second.stop() == 0)
                }
            }
        }

        @Test func `no engine outlives a server that was killed`() async throws {
            try await withTemporaryDirectory { root in
                try await FaultHub.run(try SampleHub.make(in: root)) { hub in
                    let server = try await Site(root: root, hubEndpoint: hub.endpoint).serve()
                    #expect(try await server.pull(SampleHub.model, initialize: true).status == .succeeded)
                    let engine = try #require(try PullAndChatTests.enginePIDs(of: server).first)
                    server.process.send(SIGKILL)
                    _ = try await eventually("the end of engine \(engine)", within: .seconds(240)) { kill(engine, 0) == 0 ? nil : true }
                }
            }
        }
    }
}

/// jobs.db as Python's own sqlite3 module reads it.
struct JobsFile {
    let path: FilePath

    init(_ path: FilePath) { self.path = path }

    private func python(_ code: String) throws -> [String] {
        let script = "import sqlite3; db = sqlite3.connect('file:\(path)?mode=ro', uri=True)\n\(code)"
        return try Command.output([TestEnvironment.pythonHub2.string, "-c", script]).split(separator: "\n").map(String.init)
    }

    func rows() throws -> [String] { try python("for r in db.execute('SELECT id, status FROM jobs ORDER BY created_at'): print('|'.join(r))") }

    func columns() throws -> [String] { try python("for c in db.execute('SELECT * FROM jobs').description: print(c[0])") }
}
