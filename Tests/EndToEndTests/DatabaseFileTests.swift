import Foundation
import RoostAPI
import RoostClient
import RoostCore
import SystemPackage
import TestSupport
import Testing

extension EndToEndTests {
    /// What a server makes of the jobs.db that it finds.
    @Suite struct DatabaseFileTests {
        @Test func `a second server on the same home is refused with the pid of the first`() async throws {
            try await withTemporaryDirectory { root in
                let site = Site(root: root, hubEndpoint: "http://127.0.0.1:9")
                let server = try await site.serve()
                let (code, output) = try await site.roost(["serve", "--port", "0"])
                #expect(code != 0 && output.contains("(process \(server.process.identifier))"), "\(output)")
                #expect(await server.stop() == 0)
            }
        }

        @Test func `a damaged file is repaired at the start, and health says so`() async throws {
            try await withTemporaryDirectory { root in
                let site = Site(root: root, hubEndpoint: "http://127.0.0.1:9")
                let first = try await site.serve()
                for number in 1...40 { _ = try await first.client.pull(PullRequest(model: "nobody/model-\(number)")) }
                #expect(await first.stop() == 0)
                // The last page holds rows or an index of them; the first stays, so that this is seen to be a jobs.db.
                let file = try FileHandle(forUpdating: URL(fileURLWithPath: site.database.string))
                let size = try file.seekToEnd()
                try file.seek(toOffset: size / 2 / 4096 * 4096)
                try file.write(contentsOf: Data(repeating: 0xA5, count: 4096))
                try file.close()

                let second = try await site.serve()
                let health = try #require(try JSONSerialization.jsonObject(with: await second.client.raw("/health")) as? [String: Any])
                let database = try #require(health["database"] as? [String: Any])
                #expect(database["status"] as? String == "recovered" && database["recovery"] is [String: Any], "\(health)")
                #expect(try FileManager.default.contentsOfDirectory(atPath: site.home.string).contains { $0.hasPrefix("jobs.db.corrupt-") })
                // It works: a new job is taken and kept.
                let id = try await second.client.pull(PullRequest(model: "nobody/new")).jobID
                #expect(try await second.client.job(id).job.model == "nobody/new")
                #expect(await second.stop() == 0)

                let third = try await site.serve()
                let later = try #require(try JSONSerialization.jsonObject(with: await third.client.raw("/health")) as? [String: Any])
                #expect((later["database"] as? [String: Any])?["status"] as? String == "ok", "\(later)")
                #expect(try await third.client.job(id).job.model == "nobody/new")
                #expect(await third.stop() == 0)
            }
        }
    }
}
