import Foundation
import RoostClient
import RoostCore
import SystemPackage
import TestSupport
import Testing

extension EndToEndTests {
    /// The real huggingface_hub, in the three generations that are in use.
    @Suite(.serialized) struct PythonTests {
        /// A hub folder with names, sizes and folders that trouble careless code.
        func makeTree(in root: FilePath) throws -> FilePath {
            let hub = root.appending("hub-files")
            let folder = hub.appending("acme/tiny")
            var big = [UInt8](repeating: 0, count: 20 << 20)
            for index in stride(from: 0, to: big.count, by: 977) { big[index] = UInt8(truncatingIfNeeded: index) }
            let files: [String: [UInt8]] = [
                "config.json": Array("{}".utf8), "empty.txt": [], "sub dir/a b+c#1%.txt": Array("odd".utf8), "sub dir/déep/文.json": Array("[]".utf8),
                "model.bin": big, "small.gguf": Array("not really".utf8),
            ]
            for (name, bytes) in files {
                let path = folder.appending(name)
                try FileManager.default.createDirectory(atPath: path.removingLastComponent().string, withIntermediateDirectories: true)
                try Data(bytes).write(to: URL(fileURLWithPath: path.string))
            }
            return hub
        }

        @Test(arguments: PythonHub.allCases) func `snapshot_download from roost hub serve gives identical files`(generation: PythonHub) async throws {
            try await withTemporaryDirectory { root in
                let hub = try makeTree(in: root)
                let process = try RoostProcess(
                    ["hub", "serve", hub.string, "--port", "0"], environment: ["HOME": root.string], log: root.appending("hub.log"))
                let endpoint = try await process.line(after: "HF_ENDPOINT=")
                let output = try Command.output([
                    try generation.python.string, TestEnvironment.testFile("EndToEndTests/Python/snapshot.py").string, endpoint, "acme/tiny",
                    root.appending("cache").string,
                ])
                let answer = try JSONDecoder().decode([String: String].self, from: Data(output.utf8))
                let path = try #require(answer["path"])
                #expect(answer["version"] == generation.rawValue)
                _ = try Command.output(["/usr/bin/diff", "--recursive", path, hub.appending("acme/tiny").string])
                process.send(2)
                #expect(await process.exitCode() == 0)
            }
        }

        @Test(arguments: PythonHub.allCases) func `Python reads and finds what Roost pulled`(generation: PythonHub) async throws {
            try await withTemporaryDirectory { root in
                try await FaultHub.run(try SampleHub.make(in: root)) { hub in
                    let site = Site(root: root, hubEndpoint: hub.endpoint)
                    let server = try await site.serve()
                    let job = try await server.pull(SampleHub.model)
                    #expect(await server.stop() == 0)
                    let output = try Command.output([
                        try generation.python.string, TestEnvironment.testFile("EndToEndTests/Python/inspect_cache.py").string, SampleHub.model,
                        site.cache.string,
                    ])
                    let answer = try JSONDecoder().decode(CacheReport.self, from: Data(output.utf8))
                    // 0.36 does not know the tag file that later ones write beside the repositories, and Roost with it.
                    #expect(answer.warnings.filter { generation != .legacy || !$0.hasSuffix("CACHEDIR.TAG") }.isEmpty)
                    #expect(answer.repositories == [SampleHub.model])
                    #expect(answer.files == ["README.md", "SmolLM2-135M-Instruct-Q4_1.gguf"])
                    #expect(answer.snapshot == job.localPath)
                }
            }
        }

        @Test func `Python's sqlite3 reads jobs.db with the documented columns first`() async throws {
            try await withTemporaryDirectory { root in
                try await FaultHub.run(try SampleHub.make(in: root)) { hub in
                    let site = Site(root: root, hubEndpoint: hub.endpoint)
                    let server = try await site.serve()
                    let job = try await server.pull(SampleHub.model)
                    let file = JobsFile(site.database)
                    #expect(
                        try file.columns().prefix(16).joined(separator: " ")
                            == "id model quantize init status created_at started_at finished_at error traceback local_path size_bytes downloaded_bytes progress total_bytes preferred_quantized"
                    )
                    #expect(try file.rows() == ["\(job.id)|succeeded"])
                    #expect(await server.stop() == 0)
                }
            }
        }

        private struct CacheReport: Decodable {
            let repositories: [String]
            let files: [String]
            let warnings: [String]
            let snapshot: String
        }
    }
}
