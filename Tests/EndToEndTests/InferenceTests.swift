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
    /// What clients ask of engines: with the real engine and a real model, over real connections.
    @Suite(.serialized) struct InferenceTests {
        private func withModel(_ body: (Server) async throws -> Void) async throws {
            try await PullAndChatTests().withModel(body)
        }

        private func post(_ server: Server, _ path: String, _ json: String) async throws -> (status: UInt, body: String) {
            var request = HTTPClientRequest(url: server.url + path)
            request.method = .POST
            request.body = .bytes(ByteBuffer(string: json))
            let response = try await HTTPClient.shared.execute(request, timeout: .patience)
            return (response.status.code, String(buffer: try await response.body.collect(upTo: 8 << 20)))
        }

        private func completion(_ words: Int, _ more: String = "") -> String {
            let text = String(repeating: "sea ", count: words)
            return #"{"model":"\#(SampleHub.model)","max_tokens":4,"messages":[{"role":"user","content":"\#(text)"}]\#(more)}"#
        }

        /// The members of an error in OpenAI's shape.
        private func error(_ body: String) throws -> (code: String, param: String?) {
            struct Problem: Decodable {
                struct Detail: Decodable {
                    let code: String
                    let param: String?
                }
                let error: Detail
            }
            let detail = try JSONDecoder().decode(Problem.self, from: Data(body.utf8)).error
            return (detail.code, detail.param)
        }

        @Test func `four chats at once do not fail each other, though together they need more than one context`() async throws {
            try await withModel { server in
                // 4 × 700 tokens; the context has 2,048.
                let statuses = try await withThrowingTaskGroup(of: UInt.self) { group in
                    for index in 0..<4 {
                        group.addTask { try await post(server, "/v1/chat/completions", completion(700 + index)).status }
                    }
                    return try await group.reduce(into: []) { $0.append($1) }
                }
                #expect(statuses == [200, 200, 200, 200])
            }
        }

        @Test func `what does not fit is refused with a true status, also when the engine says so late, and in a stream`() async throws {
            try await withModel { server in
                let engine = try #require(try PullAndChatTests.enginePIDs(of: server).first)
                // An engine that stands still answers late on any machine.
                kill(engine, SIGSTOP)
                // Another process lets it go on in time, also when this one is kept waiting: it is replaced after ten seconds.
                let waker = Process()
                waker.executableURL = URL(fileURLWithPath: "/bin/sh")
                waker.arguments = ["-c", "sleep 0.8; kill -CONT \(engine)"]
                try waker.run()
                async let late = post(server, "/v1/chat/completions", completion(3000, ",\"stream\":true"))
                async let lateChat = post(server, "/chat", completion(3000, ",\"stream\":true"))
                let refusal = try await late
                #expect(refusal.status == 400)
                let told = try error(refusal.body)
                #expect(told.code == "context_length_exceeded" && told.param == "messages")
                #expect(refusal.body.contains("maximum context length is 2048 tokens"))
                let chat = try await lateChat
                #expect(
                    chat.status == 400 && chat.body.contains("context_length_exceeded") && chat.body.contains(#""field":"messages""#), "\(chat.body)")
            }
        }

        @Test func `a connection is used again after answers and after streams`() async throws {
            try await withModel { server in
                let connection = try PlainConnection(server.url)
                for more in ["", ",\"stream\":true", ""] {
                    connection.post("/v1/chat/completions", completion(3, more))
                    let answer = connection.answer()
                    #expect(answer.head.hasPrefix("HTTP/1.1 200") && !answer.head.lowercased().contains("connection: close"))
                    #expect(answer.body.contains(more.isEmpty ? "chat.completion" : "[DONE]"), "\(answer.body)")
                }
                connection.post("/chat", completion(3))
                #expect(connection.answer().body.contains("done_reason"))
                connection.post("/v1/chat/completions", completion(3, ",\"n\":9"))
                #expect(connection.answer().head.hasPrefix("HTTP/1.1 400"))
                connection.post("/chat", completion(3))
                #expect(connection.answer().body.contains("done_reason"))
            }
        }

        @Test func `what an engine cannot take never reaches it, and what it refuses is a 400 with its field`() async throws {
            try await withModel { server in
                let engine = try #require(try PullAndChatTests.enginePIDs(of: server).first)
                let parentheses = "root ::= " + String(repeating: "(", count: 100_000)
                let asked = [
                    (#","logprobs":60000"#, "logprobs"), (",\"grammar\":\"\(parentheses)\"", "grammar"), (#","n":5"#, "n"),
                    (#","grammar":"root ::= ("#, "grammar"),
                ]
                for (more, param) in asked {
                    let closing = more.hasSuffix("(") ? "\"" : ""
                    for _ in 0..<3 {
                        let answer = try await post(server, "/v1/chat/completions", completion(3, more + closing))
                        let told = try error(answer.body)
                        #expect(answer.status == 400 && told.code == "invalid_request" && told.param == param, "\(answer.body)")
                    }
                }
                let vectors = try await post(server, "/v1/embeddings", #"{"model":"\#(SampleHub.model)","input":"x"}"#)
                #expect(try vectors.status == 400 && error(vectors.body).param == "model")
                #expect(try PullAndChatTests.enginePIDs(of: server) == [engine])
            }
        }

        @Test func `bodies for engines may be large, others may not`() async throws {
            try await withModel { server in
                let chat = try await post(server, "/v1/chat/completions", completion(400_000))
                #expect(chat.status == 400 && chat.body.contains("context_length_exceeded"), "\(chat.body.prefix(300))")
                #expect(try await post(server, "/pull", completion(400_000)).status == 413)
            }
        }

        @Test func `an engine ends with its server and its guard when both are killed, and the next start serves`() async throws {
            try await withTemporaryDirectory { root in
                try await FaultHub.run(try SampleHub.make(in: root)) { hub in
                    let site = Site(root: root, hubEndpoint: hub.endpoint)
                    let server = try await site.serve()
                    let job = try await server.pull(SampleHub.model, initialize: true)
                    try #require(job.status == .succeeded, "\(job.traceback ?? "")")
                    let engine = try #require(try PullAndChatTests.enginePIDs(of: server).first)
                    let parent = try Command.output(["/bin/ps", "-o", "ppid=", "-p", "\(engine)"]).trimmingCharacters(in: .whitespacesAndNewlines)
                    kill(try #require(Int32(parent)), SIGKILL)
                    server.process.send(SIGKILL)
                    #expect(await server.process.exitCode() == 128 + SIGKILL)
                    let next = try await site.serve()
                    _ = try await eventually("the engine's end") { kill(engine, 0) == 0 ? nil : true }
                    let answer = try await next.client.chat(
                        ChatRequest(model: SampleHub.model, messages: [ChatMessage(role: .user, content: "Say hello.")], maxTokens: 4))
                    #expect(answer.evalCount > 0)
                    #expect(await next.stop() == 0)
                }
            }
        }

        @Test func `models in memory return after a restart, a request can unload at once, and a time that is none is refused`() async throws {
            try await withTemporaryDirectory { root in
                try await FaultHub.run(try SampleHub.make(in: root)) { hub in
                    let site = Site(root: root, hubEndpoint: hub.endpoint)
                    let server = try await site.serve()
                    let job = try await server.pull(SampleHub.model)
                    try #require(job.status == .succeeded, "\(job.traceback ?? "")")
                    let load = try await site.roost(["load", SampleHub.model, "--keep-alive", "1h"], server: server)
                    #expect(load.code == 0 && load.output.contains("is in memory"), "\(load.output)")
                    let fit = try await site.roost(["fit", SampleHub.model], server: server)
                    #expect(fit.code == 0 && fit.output.contains("is in memory") && fit.output.contains("the weights"), "\(fit.output)")
                    let long = try await site.roost(["load", SampleHub.model, "--context", "100000"], server: server)
                    #expect(long.code == 64 && long.output.contains("may be at most 8192"), "\(long.output)")
                    let short = try await site.roost(["load", SampleHub.model, "--context", "1024"], server: server)
                    #expect(short.code == 0 && short.output.contains("1024 tokens of context, 4 at once: 1024 as set"), "\(short.output)")
                    #expect(await server.stop() == 0)
                    let next = try await site.serve()
                    _ = try await eventually("the model's return") { try await next.client.models().first?.loaded == true ? true : nil }
                    for (path, time) in [("/v1/chat/completions", #""soon""#), ("/chat", "1e99"), ("/models/load", #""5x""#)] {
                        let answer = try await post(next, path, completion(1, ",\"keep_alive\":\(time)"))
                        #expect(answer.status == 400 && answer.body.contains("`keep_alive` must be a duration"), "\(answer.body)")
                    }
                    #expect(try await post(next, "/v1/chat/completions", completion(1, #","keep_alive":0"#)).status == 200)
                    _ = try await eventually("the model's end") { try await next.client.models().first?.loaded == false ? true : nil }
                    #expect(await next.stop() == 0)
                    // What was not in memory at the end does not return.
                    let last = try await site.serve()
                    let answer = try await last.client.fit(ModelReference(parsing: SampleHub.model))
                    #expect(answer.answer == "fits" && answer.usedBefore ?? 0 > 0)
                    #expect(await last.stop() == 0)
                }
            }
        }
    }
}
