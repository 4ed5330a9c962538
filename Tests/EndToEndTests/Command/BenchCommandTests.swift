import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import RoostClient
import RoostCore
import ServiceLifecycle
import Synchronization
import SystemPackage
import TestSupport
import Testing

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#endif

extension EndToEndTests {
    /// `roost bench` as a process: its output, its exit codes, and real engines.
    @Suite(.serialized) struct BenchCommandTests {
        private static let answer =
            "data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n\ndata: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n"

        private func site(_ root: FilePath) -> Site { Site(root: root, hubEndpoint: "http://127.0.0.1:9", variables: Site.noEngine) }

        /// A server that answers so many requests; the next ones get no answer.
        private func withServer(answers: Int, status: Int = 200, _ body: (_ url: String, _ count: @Sendable () -> Int) async throws -> Void)
            async throws
        {
            let count = Mutex(0)
            try await withRunningService { ready in
                Application(
                    responder: CallbackResponder { (_: Request, _: BasicRequestContext) in
                        let number = count.withLock { count in
                            count += 1
                            return count
                        }
                        if number > answers { try await gracefulShutdown() }
                        return Response(
                            status: .init(code: status), headers: [.contentType: "text/event-stream"],
                            body: .init(byteBuffer: ByteBuffer(string: Self.answer)))
                    }, configuration: .init(address: .hostname("127.0.0.1", port: 0)),
                    onServerRunning: { channel in await ready(channel.localAddress?.port ?? 0) }, logger: .silent)
            } _: { (port: Int) in
                try await body("http://127.0.0.1:\(port)") { count.withLock { $0 } }
            }
        }

        private func report(_ text: String) throws -> BenchReport { try JSONDecoder().decode(BenchReport.self, from: Data(text.utf8)) }

        @Test func `the table has times, requests and tokens, and the JSON the same figures`() async throws {
            try await withTemporaryDirectory { root in
                try await withServer(answers: .max) { url, _ in
                    let words = ["bench", "--model", "a/b", "--clients", "2", "--requests", "6"]
                    let table = try await site(root).outputs(words, server: url)
                    #expect(table.code == 0 && table.errors.isEmpty, "\(table)")
                    for line in [
                        /2 clients of a\/b at http:\S+\/v1\/chat\/completions, [0-9.]+ s/, /first token +[0-9.]+ m?s +[0-9.]+ m?s +[0-9.]+ m?s/,
                    ] {
                        #expect(table.standard.contains(line), "\(table.standard)")
                    }
                    #expect(table.standard.contains(/between tokens +- +- +-/), "\(table.standard)")
                    #expect(table.standard.contains("requests: 6 answered, 0 refused (429), 0 failed"), "\(table.standard)")
                    #expect(table.standard.contains("tokens: 6 generated (by events with text, because"), "\(table.standard)")
                    let json = try await site(root).outputs(words + ["--url", url + "/v1", "--json"])
                    let report = try report(json.standard)
                    #expect(json.code == 0 && report.requests.answered == 6 && report.clients == 2 && report.tokens.countedBy == [.chunks])
                }
            }
        }

        @Test func `when no request was answered the exit code is 1, and the report says why`() async throws {
            try await withTemporaryDirectory { root in
                try await withServer(answers: .max, status: 429) { url, _ in
                    let refused = try await site(root).outputs(["bench", "--url", url, "--model", "a/b", "--requests", "1"])
                    #expect(refused.code == 1 && refused.standard.contains("0 answered, 1 refused (429), 0 failed"), "\(refused)")
                    #expect(refused.standard.contains("1 × HTTP 429: "), "\(refused)")
                }
                let absent = try await site(root).outputs(["bench", "--url", "http://127.0.0.1:9", "--model", "a/b", "--requests", "1", "--json"])
                let report = try report(absent.standard)
                #expect(absent.code == 1 && report.requests.failed == 1 && report.errors.map(\.kind) == ["connection"], "\(absent)")
            }
        }

        @Test func `Ctrl-C prints what was measured so far`() async throws {
            try await withTemporaryDirectory { root in
                try await withServer(answers: 2) { url, count in
                    let process = try RoostProcess(
                        ["bench", "--url", url, "--model", "a/b", "--requests", "5"], environment: try site(root).environment(),
                        log: root.appending("bench.log"))
                    _ = try await eventually("a third request") { count() == 3 ? true : nil }
                    process.send(SIGINT)
                    #expect(await process.exitCode() == 130)
                    #expect(process.output.contains("requests: 2 answered, 0 refused (429), 0 failed, 1 under way"), "\(process.output)")
                    #expect(process.output.contains("Interrupted; these are the measurements so far."), "\(process.output)")
                }
            }
        }

        @Test(arguments: [
            (["--clients", "0"], "--clients must be 1 to 1024"), (["--clients", "1025"], "--clients must be 1 to 1024"),
            (["--requests", "0"], "--requests must be 1 to 1000000"), (["--requests", "1", "--duration", "1"], "either --requests or --duration"),
            (["--duration=-1"], "--duration must be 1 to 86400"), (["--max-tokens", "0"], "--max-tokens must be 1 to 1000000"),
            (["--prompt-tokens", "0"], "--prompt-tokens must be 1 to"),
            (["--prompt", "x", "--prompt-tokens", "5"], "either --prompt or --prompt-tokens"),
            (["--timeout", "0"], "--timeout must be 1 to 86400"), (["--url", "ftp://h"], "is not the URL of a server"),
            (["--url", "http://me:secret@h"], "ROOST_BENCH_KEY"), (["--model", ""], "--model must not be empty"),
        ]) func `bad input is refused with one sentence`(words: [String], sentence: String) async throws {
            try await withTemporaryDirectory { root in
                let model = words.contains("--model") ? [] : ["--model", "a/b"]
                let said = try await site(root).outputs(["bench", "--json"] + model + words, server: "http://127.0.0.1:9")
                #expect(said.code == 64 && said.standard.isEmpty, "\(said)")
                let detail = try said.problem()["detail"] as? String ?? ""
                #expect(detail.contains(sentence) && !detail.contains("secret"), "\(said)")
            }
        }

        @Test func `a server that keeps a key for the bench in its environment starts`() async throws {
            try await withTemporaryDirectory { root in
                var site = site(root)
                site.variables["ROOST_BENCH_KEY"] = "sk-none"
                let server = try await site.serve()
                #expect(await server.stop() == 0)
            }
        }

        @Test func `llama-server itself, and Roost before it, answer all clients, and the engine counts the tokens`() async throws {
            try await withTemporaryDirectory { root in
                let words = ["bench", "--clients", "2", "--requests", "4", "--max-tokens", "8", "--prompt-tokens", "30", "--ignore-eos", "--json"]
                func check(_ outputs: Outputs) throws {
                    #expect(outputs.code == 0, "\(outputs)")
                    let report = try report(outputs.standard)
                    #expect(report.requests.answered == 4 && report.tokens.generated == 32 && report.tokens.countedBy == [.usage])
                    #expect(report.timeToFirstToken.count == 4 && report.interToken.count > 0 && (report.tokens.prompt ?? 0) > 4 * 30)
                }
                let engine = try DirectEngine(model: TestEnvironment.sampleModel, log: root.appending("engine.log"))
                defer { engine.end() }
                try check(try await site(root).outputs(words + ["--url", try await engine.url(), "--model", "any"]))
                engine.end()
                try await FaultHub.run(try SampleHub.make(in: root)) { hub in
                    let server = try await Site(root: root, hubEndpoint: hub.endpoint).serve()
                    #expect(try await server.pull(SampleHub.model, initialize: true).status == .succeeded)
                    try check(try await server.site.outputs(words + ["--model", SampleHub.model], server: server.url))
                    let metrics = String(decoding: try await server.client.raw("/metrics"), as: UTF8.self)
                    let model = #"model="\#(SampleHub.model):Q4_1""#
                    for line in [
                        "roost_engine_loads_total{\(model),result=\"loaded\"} 1", "roost_engine_load_seconds_count{\(model)} 1",
                        "roost_time_to_first_token_seconds_count{\(model)} 4", "roost_generated_tokens_total{\(model)} 32",
                        "roost_engines{state=\"ready\"} 1",
                    ] { #expect(metrics.contains(line + "\n"), "\(line) is not in \(metrics)") }
                    #expect(try PrometheusTool.complaints(about: metrics) == "")
                    #expect(await server.stop() == 0)
                }
            }
        }
    }
}

/// A real `llama-server` without Roost, on a port of its own.
private final class DirectEngine {
    private let process = Process()
    private let log: FilePath

    init(model: FilePath, log: FilePath) throws {
        self.log = log
        FileManager.default.createFile(atPath: log.string, contents: nil)
        let output = try FileHandle(forWritingTo: URL(fileURLWithPath: log.string))
        process.executableURL = URL(fileURLWithPath: try TestEnvironment.llamaServer.string)
        process.arguments = ["-m", model.string, "--host", "127.0.0.1", "--port", "0", "-c", "2048", "-t", "1", "--no-warmup", "--no-webui"]
        (process.standardInput, process.standardOutput, process.standardError) = (FileHandle.nullDevice, output, output)
        try process.run()
    }

    /// The URL, once the model is loaded.
    func url() async throws -> String {
        let url = try await eventually("the port of llama-server", within: .seconds(240)) {
            let text = String(decoding: FileManager.default.contents(atPath: log.string) ?? Data(), as: UTF8.self)
            return text.firstMatch(of: /listening on (http:\/\/[0-9.:]+)/).map { String($0.1) }
        }
        _ = try await eventually("the model", within: .seconds(240)) {
            try? await RoostClient(server: url).raw("/health")
        }
        return url
    }

    func end() { if process.isRunning { kill(process.processIdentifier, SIGKILL) } }
}
