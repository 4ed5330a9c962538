import Foundation
import RoostClient
import RoostCore
import SystemPackage
import TestSupport
import Testing

extension EndToEndTests {
    /// The real huggingface_hub at a real mirror: over a folder, and in front of an upstream.
    @Suite(.serialized) struct MirrorClientTests {
        /// A model and a dataset; the largest file comes in several ranges.
        private static let repositories = [("model", "acme/tiny", ""), ("dataset", "acme/set", "datasets/")]

        /// Names, sizes and folders that trouble careless code, each with bytes of its own.
        private func makeHub(in root: FilePath) throws -> (folder: FilePath, bytes: Int64) {
            let folder = root.appending("hub-files")
            var total: Int64 = 0
            for (seed, (_, name, prefix)) in Self.repositories.enumerated() {
                // Below the size from which several streams share a file, whose ends a server sends in vain: each byte is counted here.
                let sizes = [
                    "config.json": 2, "empty.txt": 0, "sub dir/a b+c#1%.txt": 300, "sub dir/déep/文.json": 70_000, "model.safetensors": 24 << 20,
                ]
                for (path, size) in sizes {
                    let file = folder.appending(prefix + name).pushing(FilePath(path))
                    try FileManager.default.createDirectory(atPath: file.removingLastComponent().string, withIntermediateDirectories: true)
                    let bytes = [UInt8](unsafeUninitializedCapacity: size) { space, count in
                        for index in 0..<size { space[index] = UInt8(truncatingIfNeeded: index &* 31 &+ index >> 9 &+ seed &+ path.utf8.count) }
                        count = size
                    }
                    try Data(bytes).write(to: URL(fileURLWithPath: file.string))
                    total += Int64(size)
                }
            }
            return (folder, total)
        }

        /// `roost hub serve` with these words, in an environment of its own.
        private func mirror(_ words: [String], in root: FilePath) async throws -> (process: RoostProcess, endpoint: String) {
            let process = try RoostProcess(
                ["hub", "serve", "--port", "0"] + words,
                environment: ["HOME": root.string, "ROOST_HOME": root.appending("home").string, "HF_HOME": root.appending("hf").string],
                log: root.appending("mirror-\(UInt32.random(in: 0 ... .max)).log"))
            return (process, try await process.line(after: "HF_ENDPOINT="))
        }

        private func words(_ generation: PythonHub, _ endpoint: String, _ repository: String, _ kind: String, _ cache: FilePath) throws -> [String] {
            [
                try generation.python.string, TestEnvironment.testFile("EndToEndTests/Python/snapshot.py").string, endpoint, repository,
                cache.string, kind,
            ]
        }

        private func start(_ words: [String], output: FilePath) throws -> Process {
            try Data().write(to: URL(fileURLWithPath: output.string))
            let process = Process()
            process.executableURL = URL(fileURLWithPath: words[0])
            process.arguments = Array(words.dropFirst())
            process.standardOutput = try FileHandle(forWritingTo: URL(fileURLWithPath: output.string))
            try process.run()
            return process
        }

        /// Downloads both repositories into a fresh cache, and compares.
        private func checkDownloads(_ generation: PythonHub, from endpoint: String, in root: FilePath, equal hub: FilePath) throws {
            let cache = root.appending("cache-\(UInt32.random(in: 0 ... .max))")
            for (kind, name, prefix) in Self.repositories {
                let output = try Command.output(try words(generation, endpoint, name, kind, cache))
                let path = try #require(try JSONDecoder().decode([String: String].self, from: Data(output.utf8))["path"])
                _ = try Command.output(["/usr/bin/diff", "--recursive", path, hub.appending(prefix + name).string])
            }
            try FileManager.default.removeItem(atPath: cache.string)
        }

        @Test(arguments: PythonHub.allCases) func `a folder's model and dataset arrive unchanged`(generation: PythonHub) async throws {
            try await withTemporaryDirectory { root in
                let hub = try makeHub(in: root)
                let (process, endpoint) = try await mirror([hub.folder.string], in: root)
                try checkDownloads(generation, from: endpoint, in: root, equal: hub.folder)
                process.send(2)
                #expect(await process.exitCode() == 0)
            }
        }

        @Test(arguments: PythonHub.allCases)
        func `an upstream's model and dataset arrive through a mirror: cold, warm, and when the upstream is gone`(
            generation: PythonHub
        ) async throws {
            try await withTemporaryDirectory { root in
                let hub = try makeHub(in: root)
                let (process, endpoint) = try await FaultHub.run(hub.folder) { upstream in
                    let (process, endpoint) = try await mirror(["--upstream", upstream.endpoint], in: root)
                    try checkDownloads(generation, from: endpoint, in: root, equal: hub.folder)
                    #expect(upstream.meter.fileBytes == hub.bytes)
                    try checkDownloads(generation, from: endpoint, in: root, equal: hub.folder)
                    #expect(upstream.meter.fileBytes == hub.bytes)
                    return (process, endpoint)
                }
                try checkDownloads(generation, from: endpoint, in: root, equal: hub.folder)
                process.send(2)
                #expect(await process.exitCode() == 0)
                // The next mirror finds what this one kept.
                let (next, later) = try await mirror(["--cache"], in: root)
                try checkDownloads(generation, from: later, in: root, equal: hub.folder)
                next.send(2)
                #expect(await next.exitCode() == 0)
            }
        }

        @Test(arguments: PythonHub.allCases)
        func `a long list arrives whole through a proxy that offers the mirror below a path and under a name of its own`(generation: PythonHub)
            async throws
        {
            try await withTemporaryDirectory { root in
                let folder = root.appending("files")
                for number in 0..<1100 {
                    let file = folder.appending("acme/many/\(number % 9)/f\(number).json")
                    try FileManager.default.createDirectory(atPath: file.removingLastComponent().string, withIntermediateDirectories: true)
                    try Data("\(number)".utf8).write(to: URL(fileURLWithPath: file.string))
                }
                let (process, endpoint) = try await mirror([folder.string, "--allowed-hosts", "mirror.example"], in: root)
                let script = TestEnvironment.testFile("EndToEndTests/Python/list_below_path.py").string
                let python = try generation.python.string
                #expect(try Command.output([python, script, endpoint, "mirror.example", "acme/many"]) == "1100 1100\n")
                // A name that is not configured.
                #expect(throws: Command.Failed.self) { try Command.output([python, script, endpoint, "evil.example", "acme/many"]) }
                process.send(2)
                #expect(await process.exitCode() == 0)
            }
        }

        @Test func `eight clients at once at an empty mirror cost the upstream one body for each file`() async throws {
            try await withTemporaryDirectory { root in
                let hub = try makeHub(in: root)
                try await FaultHub.run(hub.folder) { upstream in
                    let (process, endpoint) = try await mirror(["--upstream", upstream.endpoint], in: root)
                    let (kind, name, prefix) = Self.repositories[0]
                    let clients = try (0..<8).map { number in
                        let command = try words(PythonHub.allCases[number % 3], endpoint, name, kind, root.appending("cache-\(number)"))
                        return try start(command, output: root.appending("out-\(number)"))
                    }
                    for (number, client) in clients.enumerated() {
                        client.waitUntilExit()
                        #expect(client.terminationStatus == 0)
                        let output = try #require(FileManager.default.contents(atPath: "\(root)/out-\(number)"))
                        let path = try #require(try JSONDecoder().decode([String: String].self, from: output)["path"])
                        _ = try Command.output(["/usr/bin/diff", "--recursive", path, hub.folder.appending(prefix + name).string])
                    }
                    #expect(upstream.meter.fileBytes == hub.bytes / 2)
                    process.send(2)
                    #expect(await process.exitCode() == 0)
                }
            }
        }

        @Test(arguments: PythonHub.allCases) func `a mirror with a token lets in the client that has it, and tells the other what to do`(
            generation: PythonHub
        ) async throws {
            try await withTemporaryDirectory { root in
                let hub = try makeHub(in: root)
                let secret = root.appending("token")
                try Data("0123456789abcdef\n".utf8).write(to: URL(fileURLWithPath: secret.string))
                try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: secret.string)
                let (process, endpoint) = try await mirror([hub.folder.string, "--host", "0.0.0.0", "--token-file", secret.string], in: root)
                let (kind, name, _) = Self.repositories[1]
                let command = try words(generation, endpoint, name, kind, root.appending("cache"))
                let environment = ["HF_HOME": root.appending("client").string]
                #expect(throws: Command.Failed.self) { try Command.output(command, environment: environment) }
                do { _ = try Command.output(command, environment: environment) } catch let error as Command.Failed {
                    #expect(error.description.contains("RepositoryNotFoundError"))
                    #expect(error.description.contains("This mirror requires its own token; set HF_TOKEN to it."))
                }
                _ = try Command.output(command, environment: environment.merging(["HF_TOKEN": "0123456789abcdef"]) { $1 })
                process.send(2)
                #expect(await process.exitCode() == 0)
                #expect(!process.output.contains("0123456789abcdef"))
            }
        }

        @Test func `a mirror that others could reach does not start without saying who may read`() async throws {
            try await withTemporaryDirectory { root in
                let process = try RoostProcess(
                    ["hub", "serve", root.string, "--host", "0.0.0.0", "--port", "0"], environment: ["HOME": root.string], log: root.appending("log"))
                let code = await process.exitCode()
                #expect(code != 0)
                #expect(process.output.contains("ROOST_MIRROR_TOKEN") && process.output.contains("--allow 192.168.0.0/16"))
                #expect(process.output.split(separator: "\n").count == 1)
            }
        }
    }
}
