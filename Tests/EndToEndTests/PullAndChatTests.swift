import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
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
    @Suite(.serialized) struct PullAndChatTests {
        /// A server that has pulled and loaded the sample model.
        func withModel(_ body: (Server) async throws -> Void) async throws {
            try await withTemporaryDirectory { root in
                try await FaultHub.run(try SampleHub.make(in: root)) { hub in
                    let server = try await Site(root: root, hubEndpoint: hub.endpoint).serve()
                    let job = try await server.pull(SampleHub.model, initialize: true)
                    try #require(job.status == .succeeded, "\(job.traceback ?? "")")
                    try await body(server)
                    #expect(await server.stop() == 0)
                }
            }
        }

        @Test func `the command line pulls, loads, lists and chats`() async throws {
            try await withTemporaryDirectory { root in
                try await FaultHub.run(try SampleHub.make(in: root)) { hub in
                    let site = Site(root: root, hubEndpoint: hub.endpoint)
                    let server = try await site.serve()
                    let pull = try await site.roost(["pull", SampleHub.model, "--init"], server: server)
                    #expect(pull.code == 0, "\(pull.output)")
                    #expect(pull.output.contains("is here, 98.4 MB, loaded"))
                    let models = try await site.roost(["models", "--json"], server: server)
                    let rows = try JSONDecoder().decode([ModelView].self, from: Data(models.output.utf8))
                    #expect(rows.map(\.model) == ["\(SampleHub.model):Q4_1"])
                    #expect(rows[0].loaded && rows[0].backend == "llama-server" && rows[0].sizeBytes == 98_362_432)
                    let chat = try await site.roost(
                        ["chat", SampleHub.model, "Write one sentence about the sea.", "--temperature", "0"], server: server)
                    #expect(chat.code == 0 && chat.output.lowercased().contains("sea"), "\(chat.output)")
                    let jobs = try await site.roost(["jobs", "--json"], server: server)
                    let job = try #require(try JSONDecoder().decode([JobView].self, from: Data(jobs.output.utf8)).first?.job)
                    #expect(job.status == .succeeded && job.progress == 1 && job.preferredQuantized == true)
                    #expect(job.sizeBytes == 98_362_432 && job.downloadedBytes == job.totalBytes)
                    #expect(job.localPath?.hasPrefix(site.cache.string) == true)
                    let unload = try await site.roost(["unload", SampleHub.model], server: server)
                    #expect(unload.code == 0)
                    #expect(try await server.client.models().map(\.loaded) == [false])
                    #expect(try Self.enginePIDs(of: server).isEmpty)
                    let shown = try await site.roost(["jobs", "show", job.id], server: server)
                    #expect(shown.output.contains(/preferred_quantized +true/))
                    #expect(await server.stop() == 0)
                }
            }
        }

        @Test func `exit codes tell a failed pull, a missing server, a missing model and wrong usage apart`() async throws {
            try await withTemporaryDirectory { root in
                let hub = root.appending("hub-files")
                try FileManager.default.createDirectory(atPath: hub.string, withIntermediateDirectories: true)
                try await FaultHub.run(hub) { hub in
                    let site = Site(root: root, hubEndpoint: hub.endpoint)
                    let alone = try await site.roost(["jobs", "--server", "http://127.0.0.1:9"])
                    #expect(alone.code == 69 && alone.output.contains("roost serve"), "\(alone.output)")
                    let server = try await site.serve()
                    let pull = try await site.roost(["pull", "no/such"], server: server)
                    #expect(pull.code == 1 && pull.output.contains("Repository Not Found for url: "), "\(pull.output)")
                    let chat = try await site.roost(["chat", "no/such", "Hello"], server: server)
                    #expect(chat.code == 1 && chat.output.contains("roost pull no/such"), "\(chat.output)")
                    let usage = try await site.roost(["pull"], server: server)
                    #expect(usage.code == 64)
                    let second = try await site.roost(["serve", "--port", "0"])
                    #expect(second.code == 1 && second.output.contains("process \(server.process.identifier)"), "\(second.output)")
                    #expect(await server.stop() == 0)
                }
            }
        }

        @Test func `an answer in one piece carries text, reason and figures`() async throws {
            try await withModel { server in
                let answer = try await server.client.chat(
                    ChatRequest(model: SampleHub.model, messages: [ChatMessage(role: .user, content: "Say hello.")], maxTokens: 8, temperature: 0))
                #expect(answer.model == "\(SampleHub.model):Q4_1")
                #expect(!answer.message.content.isEmpty && answer.done && ["stop", "length"].contains(answer.doneReason))
                #expect(answer.evalCount > 0 && answer.evalCount <= 8 && answer.promptEvalCount > 0)
                #expect(answer.evalDuration > 0 && answer.totalDuration >= answer.evalDuration)
            }
        }

        @Test func `an engine can be spoken to by its user alone`() async throws {
            try await withModel { server in
                let socket = try #require(try Self.engineSocket(of: server))
                for (path, mode) in [(socket, 0o600), (server.site.home, 0o700)] {
                    #expect(try FileManager.default.attributesOfItem(atPath: path.string)[.posixPermissions] as? Int == mode, "\(path)")
                }
            }
        }

        @Test func `a streamed answer comes in pieces and ends with done`() async throws {
            try await withModel { server in
                var pieces: [String] = []
                let request = ChatRequest(
                    model: SampleHub.model, messages: [ChatMessage(role: .user, content: "Count from one to ten.")], maxTokens: 32, temperature: 0)
                let last = try await server.client.chat(request) { pieces.append($0) }
                #expect(pieces.count > 3)
                #expect(
                    ["stop", "length"].contains(last.doneReason) && (last.evalCount ?? 0) >= pieces.count && (last.evalDuration ?? 0) > 0, "\(last)")
            }
        }

        @Test func `OpenAI's route answers, streams, and passes the engine's own fields through`() async throws {
            try await withModel { server in
                var request = HTTPClientRequest(url: server.url + "/v1/chat/completions")
                request.method = .POST
                let body = #"{"model":"\#(SampleHub.model)","max_tokens":4,"messages":[{"role":"user","content":"Hi"}]"#
                request.body = .bytes(ByteBuffer(string: body + "}"))
                let whole = try await HTTPClient.shared.execute(request, timeout: .patience).body.collect(upTo: 1 << 20)
                #expect(String(buffer: whole).contains("\"object\":\"chat.completion\""))
                request.body = .bytes(ByteBuffer(string: body + ",\"stream\":true}"))
                let stream = try await HTTPClient.shared.execute(request, timeout: .patience)
                #expect(stream.headers.first(name: "Content-Type") == "text/event-stream")
                let text = String(buffer: try await stream.body.collect(upTo: 1 << 20))
                #expect(text.contains("chat.completion.chunk") && text.hasSuffix("data: [DONE]\n\n"))
            }
        }

        @Test func `an answer that takes longer than its timeout gets 408`() async throws {
            try await withModel { server in
                // An engine that stands still takes too long on any machine.
                var stopped: Int32 = 0
                func stop() throws {
                    stopped = try #require(try Self.enginePIDs(of: server).first)
                    kill(stopped, SIGSTOP)
                }
                try stop()
                defer { kill(stopped, SIGCONT) }
                let request = ChatRequest(
                    model: SampleHub.model, messages: [ChatMessage(role: .user, content: "Say hello.")], maxTokens: 4, timeout: 1)
                let error = await #expect(throws: RoostError.self) { _ = try await server.client.chat(request) }
                #expect(error?.code == .timedOut)
                // It is replaced when it stands still for ten seconds.
                kill(stopped, SIGCONT)
                try await server.client.load(ModelReference(parsing: SampleHub.model))
                try stop()
                let streamed = await #expect(throws: RoostError.self) { _ = try await server.client.chat(request) { _ in } }
                #expect(streamed?.code == .timedOut)
                kill(stopped, SIGCONT)
                var again = request
                again.timeout = 600
                #expect(try await server.client.chat(again).evalCount > 0)
            }
        }

        /// The second engine reads the begin in one step, which can round differently than the steps of the first one. So
        /// texts without chance are equal beyond the kill, and not always to their ends.
        @Test func `a stream whose engine is killed goes on where it was`() async throws {
            try await withModel { server in
                let request = ChatRequest(
                    model: SampleHub.model, messages: [ChatMessage(role: .user, content: "Tell a long story about the sea.")], maxTokens: 120,
                    temperature: 0)
                var undisturbed = ""
                _ = try await server.client.chat(request) { undisturbed += $0 }
                for stop in [1, 40] {
                    var (text, pieces, begin) = ("", 0, 0)
                    let last = try await server.client.chat(request) {
                        text += $0
                        pieces += 1
                        guard pieces == stop else { return }
                        begin = text.count
                        kill(try #require(try Self.enginePIDs(of: server).first), SIGKILL)
                    }
                    #expect(text.commonPrefix(with: undisturbed).count > begin, "killed after \(stop) pieces: \(text)")
                    #expect(last.doneReason != nil && pieces > stop)
                }
            }
        }

        @Test func `a stream whose engine is killed twice ends with an error, and the next chat works`() async throws {
            try await withModel { server in
                let request = ChatRequest(
                    model: SampleHub.model, messages: [ChatMessage(role: .user, content: "Tell a very long story.")], maxTokens: 1500, temperature: 1)
                var killed: Set<Int32> = []
                var pieces = 0
                let error = await #expect(throws: RoostError.self) {
                    _ = try await server.client.chat(request) { _ in
                        pieces += 1
                        guard pieces % 20 == 1, killed.count < 2, let pid = try Self.enginePIDs(of: server).first, killed.insert(pid).inserted else {
                            return
                        }
                        kill(pid, SIGKILL)
                    }
                }
                #expect(killed.count == 2)
                #expect(error?.code == .engineCrashed, "\(String(describing: error))")
                let health = try await server.client.raw("/health")
                #expect(String(decoding: health, as: UTF8.self).contains("ok"))
                let next = try await server.client.chat(
                    ChatRequest(model: SampleHub.model, messages: [ChatMessage(role: .user, content: "Say hello.")], maxTokens: 4))
                #expect(next.evalCount > 0)
            }
        }

        @Test func `a client that hangs up stops the engine's work long before its end`() async throws {
            try await withModel { server in
                let socket = try #require(try Self.engineSocket(of: server))
                var request = HTTPClientRequest(url: server.url + "/chat")
                request.method = .POST
                request.body = .bytes(
                    ByteBuffer(
                        string:
                            #"{"model":"\#(SampleHub.model)","stream":true,"max_tokens":1900,"temperature":0,"messages":[{"role":"user","content":"Count from 1 to 1000."}]}"#
                    ))
                let begin = ContinuousClock.now
                let response = try await HTTPClient.shared.execute(request, timeout: .patience)
                var pieces = 0
                for try await _ in response.body {
                    pieces += 1
                    if pieces == 41 { break }
                }
                // At this machine's own speed the rest would take so long, also when the first pieces came together.
                let rest = (ContinuousClock.now - begin) / 41 * 1800
                let hungUp = ContinuousClock.now
                _ = try await eventually("idle slots", within: .seconds(240)) { try await Self.isProcessing(socket) ? nil : true }
                let took = ContinuousClock.now - hungUp
                // A crowded machine may look late.
                #expect(took < max(rest / 4, .seconds(8)))
                print("the engine was idle \(took) after the client had hung up; the rest would have taken \(rest)")
            }
        }

        static func enginePIDs(of server: Server) throws -> [Int32] {
            let output = try Command.output(["/bin/ps", "-eo", "pid,args"])
            return output.split(separator: "\n").filter { $0.contains("--host \(server.site.home)/run") && !$0.contains("engine-guard") }
                .compactMap { Int32($0.split(separator: " ")[0]) }
        }

        static func engineSocket(of server: Server) throws -> FilePath? {
            let run = server.site.home.appending("run")
            return try FileManager.default.contentsOfDirectory(atPath: run.string).first { $0.hasSuffix(".sock") }.map { run.appending($0) }
        }

        static func isProcessing(_ socket: FilePath) async throws -> Bool {
            let escaped = try #require(socket.string.addingPercentEncoding(withAllowedCharacters: .alphanumerics))
            let response = try await HTTPClient.shared.execute(HTTPClientRequest(url: "http+unix://\(escaped)/slots"), timeout: .patience)
            return String(buffer: try await response.body.collect(upTo: 1 << 20)).contains("\"is_processing\":true")
        }
    }
}
