import Foundation
import RoostAPI
import RoostClient
import RoostCore
import SystemPackage
import TestSupport
import Testing

extension EndToEndTests {
    /// `roost models`, with a server and without.
    @Suite(.serialized) struct ModelCareTests {
        static let noise = "acme/noise"

        /// A hub with one model of noise and a card that names a licence.
        func hubFiles(in root: FilePath, bytes: Int = 6_000_000) throws -> FilePath {
            let files = root.appending("hub-files")
            try SampleHub.addNoise(Self.noise, bytes: bytes, to: files)
            try Data("---\nlicense: mit\n---\n# Noise\n".utf8).write(
                to: URL(fileURLWithPath: files.appending(Self.noise).appending("README.md").string))
            return files
        }

        func damage(_ file: FilePath, at offset: UInt64) throws {
            let handle = try FileHandle(forUpdating: URL(fileURLWithPath: file.string))
            try handle.seek(toOffset: offset)
            let byte = try #require(try handle.read(upToCount: 1)?.first)
            try handle.seek(toOffset: offset)
            try handle.write(contentsOf: [byte ^ 1])
            try handle.close()
        }

        func decode<Value: Decodable>(_ type: Value.Type, _ output: String) throws -> Value {
            try JSONDecoder().decode(type, from: Data(output.utf8))
        }

        @Test("a pull leaves a receipt that GET /models/{id} and roost models show tell, also when the server is gone")
        func receipt() async throws {
            try await withTemporaryDirectory { root in
                try await FaultHub.run(try hubFiles(in: root)) { hub in
                    let site = Site(root: root, hubEndpoint: hub.endpoint)
                    let server = try await site.serve()
                    _ = try await server.pull(Self.noise)
                    let detail = try await server.client.model(ModelSelector(parsing: Self.noise))
                    let receipt = try #require(detail.revisions.first?.receipt)
                    #expect(receipt.repository == Self.noise && receipt.revision == "main" && receipt.license == "mit")
                    #expect(receipt.files.map(\.path) == ["README.md", "noise-Q4_0.gguf"] && receipt.files[1].size == 6_000_000)
                    #expect(try receipt.files[1].digest == "sha256:\(sha256(of: site.snapshotFile(Self.noise, "noise-Q4_0.gguf")))")
                    let shown = try await site.roost(["models", "show", Self.noise, "--json"], server: server)
                    #expect(try shown.code == 0 && decode(ModelDetail.self, shown.output) == detail)
                    #expect(await server.stop() == 0)
                    let offline = try await site.roost(["models", "show", Self.noise, "--json"])
                    #expect(try offline.code == 0 && decode(ModelDetail.self, offline.output) == detail)
                    #expect(try await site.roost(["models", "show", Self.noise]).output.contains("licence mit"))
                }
            }
        }

        @Test("damage is found with exit code 1, repaired by a pull of the exact commit that fetches only the bad file, and verified again")
        func repair() async throws {
            try await withTemporaryDirectory { root in
                try await FaultHub.run(try hubFiles(in: root)) { hub in
                    let site = Site(root: root, hubEndpoint: hub.endpoint)
                    let server = try await site.serve()
                    _ = try await server.pull(Self.noise)
                    let file = try site.snapshotFile(Self.noise, "noise-Q4_0.gguf")
                    #expect(try await site.roost(["models", "verify"], server: server).code == 0)
                    try damage(file, at: 4_000_000)
                    let found = try await site.roost(["models", "verify", Self.noise, "--json"], server: server)
                    #expect(try found.code == 1 && decode(VerifyReport.self, found.output).findings.map(\.problem) == [.content])
                    let fetched = hub.meter.fileBytes
                    let repaired = try await site.roost(["models", "repair"], server: server)
                    #expect(repaired.code == 0, "\(repaired.output)")
                    #expect(hub.meter.fileBytes == fetched + 6_000_000)
                    #expect(try sha256(of: file) == sha256(of: root.appending("hub-files").appending(Self.noise).appending("noise-Q4_0.gguf")))
                    #expect(try await server.client.partials().isEmpty)
                    #expect(await server.stop() == 0)
                    // Without a server: looking works, repairing needs one.
                    #expect(try await site.roost(["models", "verify"]).code == 0)
                    try damage(file, at: 1)
                    #expect(try await site.roost(["models", "verify", Self.noise]).code == 1)
                    #expect(try await site.roost(["models", "repair"]).code == 69)
                }
            }
        }

        @Test("weights that Python pulled, of a format that Roost does not run, are repaired all the same")
        func repairPythonsFiles() async throws {
            try await withTemporaryDirectory { root in
                let files = try hubFiles(in: root)
                let folder = files.appending(Self.noise)
                try FileManager.default.moveItem(
                    atPath: folder.appending("noise-Q4_0.gguf").string, toPath: folder.appending("model [a].safetensors").string)
                try await FaultHub.run(files) { hub in
                    let site = Site(root: root, hubEndpoint: hub.endpoint)
                    let script = TestEnvironment.testFile("EndToEndTests/Python/snapshot.py").string
                    _ = try await Command.outputAside([TestEnvironment.pythonHub2.string, script, hub.endpoint, Self.noise, site.cache.string])
                    try damage(site.snapshotFile(Self.noise, "model [a].safetensors"), at: 5_999_999)
                    let fetched = hub.meter.fileBytes
                    let server = try await site.serve()
                    let repaired = try await site.roost(["models", "repair", Self.noise], server: server)
                    #expect(repaired.code == 0 && hub.meter.fileBytes == fetched + 6_000_000, "\(repaired.output)")
                    #expect(try await server.client.verify(nil).sound)
                    #expect(await server.stop() == 0)
                }
            }
        }

        @Test("what an aborted pull left is listed, kept while its job may go on, and removable after")
        func partials() async throws {
            try await withTemporaryDirectory { root in
                try await FaultHub.run(try hubFiles(in: root, bytes: 40 << 20), bytesPerSecond: 8 << 20) { hub in
                    let site = Site(root: root, hubEndpoint: hub.endpoint)
                    let server = try await site.serve()
                    let id = try await server.client.pull(PullRequest(model: Self.noise)).jobID
                    _ = try await eventually("bytes") { try await (server.client.job(id).job.downloadedBytes ?? 0) > 1 << 20 ? true : nil }
                    #expect(try await site.roost(["models", "rm", Self.noise], server: server).code == 1)
                    _ = try await server.client.pause(id)
                    _ = try await eventually("the pull to let go") { try await server.client.partials().contains(where: \.isInUse) ? nil : true }
                    #expect(try await server.client.partials().map(\.jobID) == [id])
                    let kept = try await site.roost(["models", "gc", "--older-than", "0", "--json"], server: server)
                    #expect(try decode(CacheCleanup.self, kept.output).removed.isEmpty)
                    #expect(await server.stop() == 0)
                    // The job is paused in jobs.db, and without a server that is seen, too.
                    let offline = try await site.roost(["models", "gc", "--older-than", "0", "--json"])
                    #expect(try offline.code == 0 && decode(CacheCleanup.self, offline.output).removed.isEmpty, "\(offline.output)")
                    let again = try await site.serve()
                    _ = try await again.client.cancel(id)
                    #expect(try await site.roost(["models", "list", "--partials"], server: again).output.contains(".roost.incomplete"))
                    let gone = try await site.roost(["models", "rm", Self.noise, "--partials", "--json"], server: again)
                    #expect(try decode(CacheCleanup.self, gone.output).removed.map(\.kind) == [.partial])
                    #expect(await again.stop() == 0)
                }
            }
        }

        @Test("a model in memory is not removed without force, and with it its engine ends first")
        func removeLoaded() async throws {
            try await withTemporaryDirectory { root in
                try await FaultHub.run(try SampleHub.make(in: root)) { hub in
                    let site = Site(root: root, hubEndpoint: hub.endpoint)
                    let server = try await site.serve()
                    _ = try await server.pull(SampleHub.model, initialize: true)
                    let refused = try await site.roost(["models", "rm", SampleHub.model], server: server)
                    #expect(refused.code == 1 && refused.output.contains("is in memory"), "\(refused.output)")
                    let removed = try await site.roost(["models", "rm", SampleHub.model, "--force"], server: server)
                    #expect(removed.code == 0, "\(removed.output)")
                    #expect(try await server.client.models().isEmpty)
                    #expect(try await server.client.status().loadedModels.isEmpty)
                    #expect(await server.stop() == 0)
                }
            }
        }

        @Test("without a server models are listed and removed, and while one runs on the home nothing is changed behind its back")
        func withoutServer() async throws {
            try await withTemporaryDirectory { root in
                try await FaultHub.run(try hubFiles(in: root)) { hub in
                    let site = Site(root: root, hubEndpoint: hub.endpoint)
                    let server = try await site.serve()
                    _ = try await server.pull(Self.noise)
                    // The default port has no server, so the command takes itself for alone.
                    let behind = try await site.roost(["models", "rm", Self.noise])
                    #expect(behind.code == 1 && behind.output.contains("(process \(server.process.identifier))"), "\(behind.output)")
                    #expect(await server.stop() == 0)
                    let listed = try await site.roost(["models", "--json"])
                    #expect(try decode([ModelView].self, listed.output).map(\.model) == ["\(Self.noise):Q4_0"])
                    let plan = try await site.roost(["models", "rm", "\(Self.noise):Q4_0", "--dry-run", "--json"])
                    let done = try await site.roost(["models", "rm", "\(Self.noise):Q4_0", "--json"])
                    #expect(try decode(CacheCleanup.self, plan.output).removed == decode(CacheCleanup.self, done.output).removed)
                    #expect(try await site.roost(["models"]).output == "No models. Pull one with `roost pull org/name`.\n")
                    // Who names a server means that one.
                    #expect(try await site.roost(["models", "--server", "http://127.0.0.1:9"]).code == 69)
                }
            }
        }
    }
}
