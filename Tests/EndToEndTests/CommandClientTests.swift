import Foundation
import RoostClient
import RoostCore
import SystemPackage
import TestSupport
import Testing

extension EndToEndTests {
    /// The commands that people fetch models with, beside the real `roost`.
    @Suite(.serialized) struct CommandClientTests {
        private static let repository = "acme/noise"
        private static let file = "noise-Q4_0.gguf"
        private static let size = 3_000_000

        /// A real `roost hub serve` over one repository.
        private func withHub(_ body: (_ root: FilePath, _ endpoint: String, _ file: FilePath) async throws -> Void) async throws {
            try await withTemporaryDirectory { root in
                let folder = root.appending("hub-files")
                let file = try SampleHub.addNoise(Self.repository, bytes: Self.size, to: folder)
                try Data("{}".utf8).write(to: URL(fileURLWithPath: file.removingLastComponent().appending("config.json").string))
                let process = try RoostProcess(
                    ["hub", "serve", folder.string, "--port", "0"],
                    environment: ["HOME": root.string, "ROOST_HOME": root.appending("home").string], log: root.appending("hub.log"))
                try await body(root, try await process.line(after: "HF_ENDPOINT="), file)
                process.send(2)
                #expect(await process.exitCode() == 0)
            }
        }

        private func hf(_ generation: PythonHub, _ words: [String], _ endpoint: String, _ root: FilePath) throws -> String {
            let environment = ["HF_ENDPOINT": endpoint, "HF_HOME": root.appending("hf").string, "HF_HUB_DISABLE_TELEMETRY": "1", "NO_COLOR": "1"]
            return try Command.output([generation.command.string] + words, environment: environment)
        }

        @Test(arguments: PythonHub.allCases) func `hf download fetches from roost hub serve, and hf finds no fault with it`(
            generation: PythonHub
        ) async throws {
            try await withHub { root, endpoint, file in
                let said = try hf(generation, ["download", Self.repository], endpoint, root)
                let path = try #require(said.split(whereSeparator: \.isWhitespace).last.map(String.init))
                #expect(path.hasPrefix(root.string))
                _ = try Command.output(["/usr/bin/diff", "--recursive", path, file.removingLastComponent().string])
                try checkCache(generation, endpoint, root)
            }
        }

        @Test(arguments: PythonHub.allCases) func `hf verifies what Roost pulled, and has nothing left to download`(generation: PythonHub)
            async throws
        {
            try await withHub { root, endpoint, file in
                let site = Site(root: root, hubEndpoint: endpoint)
                let server = try await site.serve()
                #expect(try await server.pull(Self.repository).status == .succeeded)
                #expect(await server.stop() == 0)
                let blobs = site.cache.appending("models--acme--noise/blobs")
                let before = try FileManager.default.contentsOfDirectory(atPath: blobs.string).sorted()
                try checkCache(generation, endpoint, root)
                _ = try hf(generation, ["download", Self.repository], endpoint, root)
                #expect(try FileManager.default.contentsOfDirectory(atPath: blobs.string).sorted() == before)
            }
        }

        /// `hf cache verify` compares every hash with the hub's; 0.36 has only a look at the folders.
        private func checkCache(_ generation: PythonHub, _ endpoint: String, _ root: FilePath) throws {
            guard generation != .legacy else {
                let said = try hf(generation, ["cache", "scan"], endpoint, root)
                #expect(said.contains("\(Self.repository) model") && said.contains("Scanned 1 repo(s)"), "\(said)")
                return
            }
            let said = try hf(generation, ["cache", "verify", Self.repository, "--fail-on-missing-files", "--fail-on-extra-files"], endpoint, root)
            #expect(said.contains("Verified 2 file(s)") && said.contains("All checksums match"), "\(said)")
        }

        @Test func `curl fetches a file whole, in parts and the rest of it, asks for its head, and is told when it is the same`() async throws {
            try await withHub { root, endpoint, file in
                let original = try #require(FileManager.default.contents(atPath: file.string))
                let address = "\(endpoint)/\(Self.repository)/resolve/main/\(Self.file)"
                let output = root.appending("output")
                func curl(_ words: String...) throws -> String {
                    try Command.output(["/usr/bin/curl", "--silent", "--show-error", "--output", output.string] + words + [address])
                }
                func bytes() -> Data? { FileManager.default.contents(atPath: output.string) }
                let status = ["--write-out", "%{http_code} %{size_download}"]
                #expect(try curl(status[0], status[1]) == "200 \(Self.size)")
                #expect(bytes() == original)
                for (range, part) in [("0-99", original.prefix(100)), ("2999000-", original.suffix(1000)), ("-70000", original.suffix(70_000))] {
                    #expect(try curl(status[0], status[1], "--range", range) == "206 \(part.count)")
                    #expect(bytes() == Data(part), "\(range)")
                }
                try original.prefix(1_234_567).write(to: URL(fileURLWithPath: output.string))
                #expect(try curl(status[0], status[1], "--continue-at", "-") == "206 \(Self.size - 1_234_567)")
                #expect(bytes() == original)
                #expect(try curl(status[0], status[1], "--head") == "200 0")
                let head = String(decoding: bytes() ?? Data(), as: UTF8.self).lowercased()
                let digest = try sha256(of: file)
                for line in ["content-length: \(Self.size)\r\n", "accept-ranges: bytes\r\n", "etag: \"\(digest)\"\r\n", "x-repo-commit: "] {
                    #expect(head.contains(line), "\(head)")
                }
                #expect(try curl(status[0], status[1], "--header", "If-None-Match: \"\(digest)\"") == "304 0")
                #expect(try curl(status[0], status[1], "--range", "3000000-") == "416 \(bytes()?.count ?? -1)")
            }
        }
    }
}
