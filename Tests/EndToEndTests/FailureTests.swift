import Foundation
import RoostAPI
import RoostClient
import RoostCore
import RoostServer
import SystemPackage
import TestSupport
import Testing

extension EndToEndTests {
    @Suite(.serialized) struct FailureTests {
        @Test func `an unknown repository ends as a failed job that says so first`() async throws {
            try await withTemporaryDirectory { root in
                try await FaultHub.run(try SampleHub.make(in: root)) { hub in
                    let server = try await Site(root: root, hubEndpoint: hub.endpoint).serve()
                    let job = try await server.pull("no/such-model")
                    #expect(job.status == .failed)
                    #expect(job.error?.hasPrefix("Repository Not Found for url: \(hub.endpoint)/api/models/no/such-model/revision/main") == true)
                    let traceback = try #require(job.traceback)
                    for fact in ["stage: resolving", "attempts: 1", "request: GET", ".swift:"] { #expect(traceback.contains(fact), "\(traceback)") }
                    #expect(await server.stop() == 0)
                }
            }
        }

        @Test func `wrong bytes never get the final name`() async throws {
            try await withTemporaryDirectory { root in
                try await FaultHub.run(try SampleHub.make(in: root), faults: [WrongBytes()]) { hub in
                    let site = Site(root: root, hubEndpoint: hub.endpoint)
                    let server = try await site.serve()
                    let job = try await server.pull(SampleHub.model, initialize: true)
                    #expect(job.status == .failed && job.localPath == nil)
                    #expect(job.error?.contains("are not the ones the Hub promised: expected ") == true, "\(job.error ?? "")")
                    #expect(job.traceback?.hasPrefix("[digest_mismatch] ") == true)
                    #expect(job.traceback?.contains("attempts: 1") == true)
                    #expect(try Self.finalNames(in: site.cache).isEmpty)
                    #expect(try await server.client.models().isEmpty)
                    #expect(await server.stop() == 0)
                }
            }
        }

        @Test func `a corrupt GGUF never reaches an engine: the load fails with the reason, and everything else goes on`() async throws {
            try await withTemporaryDirectory { root in
                let files = try SampleHub.make(in: root)
                try SampleHub.addNoise("noise/corrupt", bytes: 1 << 20, to: files)
                try await FaultHub.run(files) { hub in
                    let server = try await Site(root: root, hubEndpoint: hub.endpoint).serve()
                    #expect(try await server.pull(SampleHub.model, initialize: true).status == .succeeded)
                    let job = try await server.pull("noise/corrupt", initialize: true)
                    #expect(job.status == .failed)
                    #expect(job.error?.contains("it is not a GGUF file") == true, "\(job.error ?? "")")
                    let chat = ChatRequest(model: "noise/corrupt", messages: [ChatMessage(role: .user, content: "Hello")])
                    let cooling = try await #require(throws: RoostError.self) { _ = try await server.client.chat(chat) }
                    #expect(cooling.code == .engineCoolingDown && cooling.message.contains("it is not a GGUF file"), "\(cooling)")
                    let other = ChatRequest(model: SampleHub.model, messages: [ChatMessage(role: .user, content: "Hello")], maxTokens: 4)
                    #expect(try await server.client.chat(other).evalCount > 0)
                    #expect(await server.stop() == 0)
                }
            }
        }

        @Test func `a repository without GGUF files fails with a sentence`() async throws {
            try await withTemporaryDirectory { root in
                let files = try SampleHub.make(in: root)
                let folder = files.appending("plain/weights")
                try FileManager.default.createDirectory(atPath: folder.string, withIntermediateDirectories: true)
                try Data("{}".utf8).write(to: URL(fileURLWithPath: folder.appending("config.json").string))
                try await FaultHub.run(files) { hub in
                    let server = try await Site(root: root, hubEndpoint: hub.endpoint).serve()
                    #expect(try await server.pull("plain/weights").error?.hasPrefix("plain/weights holds no GGUF file") == true)
                    #expect(try await server.pull("\(SampleHub.model):Q8_0").error?.hasSuffix("It offers: Q4_1.") == true)
                    #expect(await server.stop() == 0)
                }
            }
        }

        @Test func `a model that was damaged on disk is repaired by pulling it again`() async throws {
            try await withTemporaryDirectory { root in
                let files = try SampleHub.make(in: root)
                try await FaultHub.run(files) { hub in
                    let site = Site(root: root, hubEndpoint: hub.endpoint)
                    let server = try await site.serve()
                    #expect(try await server.pull(SampleHub.model).status == .succeeded)
                    let installed = try site.snapshotFile(SampleHub.model, "SmolLM2-135M-Instruct-Q4_1.gguf")
                    let right = try sha256(of: installed)
                    let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: installed.string).resolvingSymlinksInPath())
                    try handle.write(contentsOf: Data("XXXX".utf8))
                    try handle.close()
                    let chat = ChatRequest(model: SampleHub.model, messages: [ChatMessage(role: .user, content: "Hello")], maxTokens: 4)
                    let error = await #expect(throws: RoostError.self) { _ = try await server.client.chat(chat) }
                    #expect(error?.message.contains("`roost models repair` fetches it again") == true, "\(String(describing: error))")
                    let repair = try await server.pull(SampleHub.model, initialize: true)
                    #expect(repair.status == .succeeded, "\(repair.traceback ?? "")")
                    #expect(try sha256(of: installed) == right)
                    #expect(try await server.client.chat(chat).evalCount > 0)
                    #expect(await server.stop() == 0)
                }
            }
        }

        @Test func `a request that never ends does not keep the server from stopping`() async throws {
            try await withTemporaryDirectory { root in
                let server = try await Site(root: root, hubEndpoint: "http://127.0.0.1:9").serve()
                let port = try #require(URL(string: server.url)?.port)
                let shell =
                    "exec 3<>/dev/tcp/127.0.0.1/\(port); printf 'POST /pull HTTP/1.1\\r\\nHost: localhost\\r\\nContent-Length: 100\\r\\n\\r\\n{' >&3; echo >'\(root)/sent'; cat <&3"
                let client = Process()
                client.executableURL = URL(fileURLWithPath: "/bin/bash")
                client.arguments = ["-c", shell]
                client.standardOutput = FileHandle.nullDevice
                try client.run()
                defer { client.terminate() }
                _ = try await eventually("the request") { FileManager.default.fileExists(atPath: "\(root)/sent") ? true : nil }
                let begin = ContinuousClock.now
                #expect(await server.stop() == 0)
                // Work that does not end by itself is cancelled then.
                #expect(ContinuousClock.now - begin < RoostServer.shutdownLimit)
            }
        }

        @Test func `a command whose reader leaves ends quietly`() async throws {
            try await withTemporaryDirectory { root in
                let site = Site(root: root, hubEndpoint: "http://127.0.0.1:9")
                let server = try await site.serve()
                for number in 1...200 { _ = try await server.client.pull(PullRequest(model: "no/model-\(number)")) }
                let roost = try TestEnvironment.roostExecutable
                let output = try Command.output(
                    ["/bin/bash", "-c", "'\(roost)' jobs --limit 200 --json 2>'\(root)/complaint' | head -n 1"],
                    environment: ["ROOST_SERVER": server.url])
                #expect(output == "[\n")
                #expect(FileManager.default.contents(atPath: root.appending("complaint").string)?.isEmpty == true)
                #expect(await server.stop() == 0)
            }
        }

        #if os(Linux)
            @Test func `a full disk fails the job with the missing bytes named`() async throws {
                try await withTemporaryDirectory { root in
                    try await FaultHub.run(try SampleHub.make(in: root)) { hub in
                        let wrapper = try Self.smallDisk("48m", at: root.appending("hf"))
                        let server = try await Site(root: root, hubEndpoint: hub.endpoint).serve(wrapper: wrapper)
                        let job = try await server.pull(SampleHub.model)
                        let message = try #require(job.error)
                        #expect(job.status == .failed)
                        #expect(message.contains(/\d MB \(\d+ bytes\) are missing\./), "\(message)")
                        #expect(job.traceback?.hasPrefix("[insufficient_space] ") == true)
                        #expect(hub.meter.fileBytes < 1 << 20)
                        #expect(await server.stop() == 0)
                    }
                }
            }

            @Test func `a disk that another program fills up does not affect a download, because its blocks are reserved`() async throws {
                try await withTemporaryDirectory { root in
                    try await FaultHub.run(try SampleHub.make(in: root), bytesPerSecond: 40 << 20) { hub in
                        let mount = root.appending("hf")
                        // Full for a second, in the middle of the file.
                        let thief =
                            "(until ls '\(mount)'/hub/*/blobs/*.incomplete; do sleep 0.05; done; sleep 0.2; "
                            + "head -c 180m /dev/zero >'\(mount)/fill'; echo full >'\(root)/was'; sleep 1; rm '\(mount)/fill') &"
                        let wrapper = try Self.smallDisk("200m", at: mount, then: thief)
                        let server = try await Site(root: root, hubEndpoint: hub.endpoint).serve(wrapper: wrapper)
                        let job = try await server.pull(SampleHub.model)
                        #expect(job.status == .succeeded, "\(job.error ?? "")")
                        #expect(FileManager.default.fileExists(atPath: root.appending("was").string))
                        #expect(await server.stop() == 0)
                    }
                }
            }

            /// A wrapper that gives a command a real file system of its own, in a namespace: nothing is left behind and no rights are needed.
            static func smallDisk(_ size: String, at mount: FilePath, then command: String = "") throws -> [String] {
                try FileManager.default.createDirectory(atPath: mount.string, withIntermediateDirectories: true)
                return [
                    "/usr/bin/unshare", "--user", "--map-root-user", "--mount", "/bin/sh", "-c",
                    "mount -t tmpfs -o size=\(size) tmpfs '\(mount)' || exit 1; \(command)\nexec \"$@\"", "sh",
                ]
            }
        #endif

        @Test func `the Hub token reaches the hub and nothing else, and a conversation only the engine`() async throws {
            try await withTemporaryDirectory { root in
                try await FaultHub.run(try SampleHub.make(in: root)) { hub in
                    var site = Site(root: root, hubEndpoint: hub.endpoint)
                    site.variables = ["HF_TOKEN": "hf_thisIsTheSecret", "ROOST_LOG_LEVEL": "trace"]
                    let server = try await site.serve()
                    #expect(try await server.pull(SampleHub.model, initialize: true).status == .succeeded)
                    #expect(try await server.pull("no/such-model").status == .failed)
                    let question = ChatMessage(role: .user, content: "Say the word quetzalcoatl.")
                    let answer = try await server.client.chat(
                        ChatRequest(model: SampleHub.model, messages: [question], maxTokens: 24, temperature: 0))
                    #expect(answer.message.content.utf8.count > 20)
                    _ = try await server.client.raw("/diag")
                    #expect(hub.meter.authorizations.contains("Bearer hf_thisIsTheSecret"))
                    #expect(await server.stop() == 0)
                    for file in ["serve.log", "home/jobs.db", "home/jobs.db-wal"] {
                        guard let data = FileManager.default.contents(atPath: root.appending(file).string) else { continue }
                        for secret in ["thisIsTheSecret", "quetzalcoatl", answer.message.content] {
                            #expect(data.range(of: Data(secret.utf8)) == nil, "\(file)")
                        }
                    }
                }
            }
        }

        static func finalNames(in cache: FilePath) throws -> [String] {
            let all = try FileManager.default.subpathsOfDirectory(atPath: cache.string)
            return all.filter { $0.contains("/snapshots/") && $0.hasSuffix(".gguf") || $0.contains("/blobs/") && !$0.hasSuffix(".incomplete") }
        }
    }
}
