import AsyncHTTPClient
import Foundation
import ModelFormats
import ModelLibrary
import NIOCore
import NIOHTTP1
import RoostAPI
import RoostClient
import RoostCore
import SystemPackage
import TestSupport
import Testing

@testable import RoostServer

/// What clients get while their answer does not begin: with the real engine, or with programs that never become one.
@Suite(.serialized, .timeLimit(.minutes(15))) struct WaitingStreamTests {
    /// So short that a comment comes between almost any two events.
    private static let pulse: Duration = .milliseconds(2)

    /// Runs a server with the sample model and an engine.
    private func withServer(
        engine: FilePath? = nil, pulse: Duration? = pulse, bodyLimit: Int = 32 << 20, _ body: (RunningServer) async throws -> Void
    ) async throws {
        let program = try engine ?? TestEnvironment.llamaServer
        try await RunningServer.run(guardCommand: [TestEnvironment.roostExecutable.string, "engine-guard"], pulse: pulse) {
            $0.llamaServer = program
            $0.contextLength = 1024
            $0.unconfinedEngines = engine != nil
            $0.inferenceBodyLimit = bodyLimit
        } _: { server in
            try server.placeSampleModel()
            try await body(server)
        }
    }

    /// Runs a server whose engine is a shell script.
    private func withScript(_ script: String, pulse: Duration? = pulse, bodyLimit: Int = 32 << 20, _ body: (RunningServer) async throws -> Void)
        async throws
    {
        let directory = try TemporaryDirectory()
        let text = "#!/bin/sh\ncase \"$1\" in --list-devices | --version) exit 0 ;; esac\n\(script)\n"
        let program = try directory.write("engine", text.utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: program.string)
        try await withServer(engine: program, pulse: pulse, bodyLimit: bodyLimit, body)
    }

    private func chat(_ more: String = "") -> String {
        #"{"model":"acme/smol","messages":[{"role":"user","content":"Count from one to five."}],"temperature":0\#(more)}"#
    }

    /// The comments and the events of a stream, each of which must be whole.
    private func parts(_ body: Data) throws -> (comments: [String], events: [String]) {
        let text = String(decoding: body, as: UTF8.self)
        #expect(text.hasSuffix("\n\n"))
        var parts = (comments: [String](), events: [String]())
        for part in text.components(separatedBy: "\n\n").dropLast() {
            #expect(!part.contains("\n"), "\(part)")
            if part.hasPrefix(": ") { parts.comments.append(String(part.dropFirst(2))) } else { parts.events.append(String(part.dropFirst(6))) }
            guard part.hasPrefix("data: {") else { continue }
            _ = try JSONSerialization.jsonObject(with: Data(part.dropFirst(6).utf8))
        }
        return parts
    }

    @Test func `a stream tells how the load goes, and comments between its events change no event`() async throws {
        try await withServer { server in
            let first = try await server.post("/v1/chat/completions", chat(#","stream":true,"max_tokens":16"#))
            #expect(first.status == 200 && first.headers.first(name: "content-type") == "text/event-stream")
            let (comments, events) = try parts(first.body)
            #expect(comments.contains { $0.hasPrefix("loading the model: ") }, "\(Set(comments))")
            #expect(events.last == "[DONE]" && events.count > 4)
            let native = try await server.post("/chat", chat(#","stream":true,"max_tokens":16"#))
            let other = try parts(native.body)
            let last = try #require(other.events.last.map { try JSONDecoder().decode(ChatEvent.self, from: Data($0.utf8)) })
            #expect(last.done && last.doneReason == "length" && last.delta == ChatEvent.Delta() && last.evalCount == 16, "\(other.events)")
            #expect(
                !other.comments.isEmpty && other.comments.allSatisfy { ["reading the prompt", "generating", "waiting for the engine"].contains($0) })
        }
    }

    @Test func `OpenAI's Python client sees the events and not the comments`() async throws {
        struct Answer: Decodable {
            let pieces: [String]
            let finish: String?
            let error: String?
            let comments: Int
        }
        try await withServer { server in
            let said = try await PythonClient.openAI.run("stream_chat.py", [server.url, "acme/smol"])
            let answer = try JSONDecoder().decode(Answer.self, from: said)
            #expect(answer.finish == "length" && answer.pieces.count > 4 && answer.comments > 0 && answer.error == nil)
            let whole = try await server.post("/v1/chat/completions", chat(#","max_tokens":16"#)).json()
            let message = ((whole["choices"] as? [[String: Any]])?.first?["message"] as? [String: Any])?["content"] as? String
            #expect(answer.pieces.joined() == message)
        }
        try await withScript("sleep 5; exit 3") { server in
            let said = try await PythonClient.openAI.run("stream_chat.py", [server.url, "acme/smol"])
            let answer = try JSONDecoder().decode(Answer.self, from: said)
            #expect(answer.error == "engine_load_failed" && answer.pieces == [])
        }
    }

    /// Gives the engine as many endless answers as it has slots.
    private func occupy(_ server: RunningServer) async throws -> Task<Void, any Error> {
        let slots = try #require(try await server.engine()["slots"] as? Int)
        let holders = Task {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<slots {
                    group.addTask {
                        _ = try await server.post("/v1/chat/completions", chat(#","stream":true,"max_tokens":900,"ignore_eos":true"#))
                    }
                }
                try await group.waitForAll()
            }
        }
        while try await server.engine()["running"] as? Int != slots { try await Task.sleep(for: .milliseconds(2)) }
        return holders
    }

    @Test func `a request in the queue is told its place, and has its turn`() async throws {
        try await withServer { server in
            #expect(try await server.post("/models/load", chat()).status == 200)
            let holders = try await occupy(server)
            var request = HTTPClientRequest(url: server.url + "/v1/chat/completions")
            request.method = .POST
            request.body = .bytes(ByteBuffer(string: chat(#","stream":true,"max_tokens":2"#)))
            let response = try await HTTPClient.shared.execute(request, timeout: .patience)
            #expect(response.status == .ok)
            var body = Data()
            for try await bytes in response.body {
                body.append(contentsOf: bytes.readableBytesView)
                if !holders.isCancelled, String(decoding: body, as: UTF8.self).contains("waiting for its turn, position 1") { holders.cancel() }
            }
            #expect(holders.isCancelled)
            #expect(try parts(body).events.last == "[DONE]")
            _ = await holders.result
        }
    }

    @Test func `an answer has the place in the queue and the estimated wait in its head`() async throws {
        try await withServer { server in
            // It loads the model, and shows how long an answer takes.
            let first = try await server.post("/chat", chat(#","max_tokens":2"#))
            #expect(first.status == 200 && first.headers.first(name: "x-roost-queue-position") == nil)
            #expect(first.headers.first(name: "x-roost-estimated-wait") == nil)
            let holders = try await occupy(server)
            let waiter = Task { try await server.post("/chat", chat(#","max_tokens":2"#)) }
            while try await server.engine()["waiting"] as? Int != 1 { try await Task.sleep(for: .milliseconds(2)) }
            holders.cancel()
            let answer = try await waiter.value
            #expect(answer.status == 200 && answer.headers.first(name: "x-roost-queue-position") == "1")
            #expect(answer.headers.first(name: "x-roost-estimated-wait").flatMap { Int($0) } ?? 0 >= 1)
            _ = await holders.result
        }
    }

    @Test func `a request gets the context that it asks for, and a sentence when that cannot be`() async throws {
        try await withServer { server in
            #expect(try await server.post("/models/load", chat()).status == 200)
            for (path, field, value, words) in [
                ("/chat", "num_ctx", "8193", "`num_ctx` may be at most 8192 for acme/smol:Q4_1"),
                ("/chat", "num_ctx", #""big""#, "a whole number from 256"),
                ("/v1/chat/completions", "context_length", "8193", "`context_length` may be at most 8192 for acme/smol:Q4_1"),
                ("/v1/chat/completions", "num_ctx", "10", "a whole number from 256"),
            ] {
                let answer = try await server.post(path, chat(#","max_tokens":1,"\#(field)":\#(value)"#))
                let text = String(decoding: answer.body, as: UTF8.self)
                #expect(answer.status == 400 && text.contains(words) && text.contains(#":"\#(field)""#), "\(text)")
            }
            #expect(try await server.engine()["context_length"] as? Int == 1024)
            #expect(try await server.post("/chat", chat(#","max_tokens":1,"num_ctx":1500"#)).status == 200)
            #expect(try await server.engine()["context_length"] as? Int == 2048)
            let stream = try await server.post("/v1/chat/completions", chat(#","max_tokens":1,"context_length":4096,"stream":true"#))
            #expect(try parts(stream.body).events.last == "[DONE]")
            #expect(try await server.engine()["context_length"] as? Int == 4096)
        }
    }

    @Test func `a refusal has its own status while the stream has not begun, and is an event afterwards`() async throws {
        try await withScript("exit 3", pulse: .seconds(600)) { server in
            for path in ["/chat", "/v1/chat/completions"] {
                let answer = try await server.post(path, chat(#","stream":true"#))
                // The second one finds the model cooling down.
                #expect(answer.status == (path == "/chat" ? 502 : 429), "\(String(decoding: answer.body, as: UTF8.self))")
            }
            let decisions = try await RoostClient(server: server.url).engines().decisions
            #expect(
                decisions.map(\.what) == ["failure", "load"] && decisions[0].model == "acme/smol:Q4_1"
                    && decisions[0].figures["cooldown_seconds"] == 300)
            #expect(decisions[0].why.contains("exited with status 3") && decisions[1].figures["need_bytes"] ?? 0 > 96_576_768)
        }
        for (path, sign) in [
            ("/chat", #""done":true,"error":{"code":"engine_load_failed""#), ("/v1/chat/completions", #"{"error":{"code":"engine_load_failed""#),
        ] {
            try await withScript("sleep 3; exit 3") { server in
                let answer = try await server.post(path, chat(#","stream":true"#))
                let (comments, events) = try parts(answer.body)
                #expect(answer.status == 200 && !comments.isEmpty && events.count == 1 && events[0].contains(sign), "\(events)")
            }
        }
    }

    @Test func `a large body counts until the engine has it, also when its stream has begun`() async throws {
        try await withScript("exec sleep 100", bodyLimit: 2 << 20) { server in
            let text = String(repeating: "x", count: 2_000_000)
            let json = #"{"model":"acme/smol","stream":true,"messages":[{"role":"user","content":"\#(text)"}]}"#
            // They have begun, and wait for the load as long as their responses are there.
            var streams: [HTTPClientResponse] = []
            for _ in 0..<3 {
                var request = HTTPClientRequest(url: server.url + "/v1/chat/completions")
                request.method = .POST
                request.body = .bytes(ByteBuffer(string: json))
                streams.append(try await HTTPClient.shared.execute(request, timeout: .patience))
            }
            #expect(streams.map(\.status) == [.ok, .ok, .ok])
            let answer = try await server.post("/v1/chat/completions", json)
            #expect(answer.status == 429 && String(decoding: answer.body, as: UTF8.self).contains("Large requests"))
            withExtendedLifetime(streams) {}
        }
    }

    @Test func `the body of a response in the background counts until it is canceled, also while it waits`() async throws {
        try await withScript("exec sleep 100", bodyLimit: 2 << 20) { server in
            let text = String(repeating: "x", count: 2_000_000)
            var ids: [String] = []
            for _ in 0..<3 {
                let answer = try await server.post(
                    "/v1/responses", #"{"model":"acme/smol","background":true,"input":"\#(text)"}"#)
                #expect(answer.status == 200)
                ids.append(try #require(try answer.json()["id"] as? String))
            }
            let other = #"{"model":"acme/smol","messages":[{"role":"user","content":"\#(text)"}],"timeout":1}"#
            #expect(try await server.post("/chat", other).status == 429)
            #expect(try await server.post("/v1/responses/\(ids[0])/cancel", "").json()["status"] as? String == "cancelled")
            // The work ends soon after.
            while try await server.post("/chat", other).status == 429 { try await Task.sleep(for: .milliseconds(20)) }
            #expect(try await server.post("/chat", other).json()["code"] as? String == "model_loading")
        }
    }

    @Test func `the responses that one continues count like a body of their size`() async throws {
        try await withScript("exec sleep 100", bodyLimit: 2 << 20) { server in
            let text = String(repeating: "x", count: 1_500_000)
            let fields = try RequestFields(body: ByteBuffer(string: #"{"model":"acme/smol","input":"\#(text)"}"#))
            let store = ResponseStore(path: server.home.appending("responses.db"), limit: 1 << 30, days: 30, longestConversation: 2 << 20)
            let run = ResponseRun(try ResponseRequest(fields, canStore: true), owner: "127.0.0.1", storage: store)
            _ = run.events { $0.end(.stop, .init()) }
            try await run.store()
            let next = #"{"model":"acme/smol","stream":true,"input":"x","previous_response_id":"\#(run.id)"}"#
            var streams: [HTTPClientResponse] = []
            for _ in 0..<5 {
                var request = HTTPClientRequest(url: server.url + "/v1/responses")
                request.method = .POST
                request.body = .bytes(ByteBuffer(string: next))
                streams.append(try await HTTPClient.shared.execute(request, timeout: .patience))
            }
            // A client may have 6 of 8 MiB: four conversations of 1.5 MB.
            #expect(streams.map(\.status) == [.ok, .ok, .ok, .ok, .tooManyRequests])
            withExtendedLifetime(streams) {}
        }
    }

    @Test func `the earlier messages of sessions count like a body of their size`() async throws {
        try await withScript("exec sleep 100", bodyLimit: 2 << 20) { server in
            let store = SessionStore(path: HomeDirectory.sessions(in: server.home))
            let text = String(repeating: "x", count: 1_500_000)
            let message = try JSONDocument(Array(#"[{"role":"user","content":"\#(text)"}]"#.utf8)).root
            var streams: [HTTPClientResponse] = []
            for index in 0..<5 {
                try await store.save(SessionStore.Name(client: "127.0.0.1", id: "s\(index)"), createdAt: nil, SessionMessages(message))
                var request = HTTPClientRequest(url: server.url + "/chat")
                request.method = .POST
                request.body = .bytes(ByteBuffer(string: chat(#","stream":true,"session_id":"s\#(index)""#)))
                streams.append(try await HTTPClient.shared.execute(request, timeout: .patience))
            }
            // A client may have 6 of 8 MiB: four sessions of 1.5 MB.
            #expect(streams.map(\.status) == [.ok, .ok, .ok, .ok, .tooManyRequests])
            withExtendedLifetime(streams) {}
        }
    }

    @Test func `a model that is being loaded is shown with its stage`() async throws {
        try await withScript("exec sleep 100") { server in
            let client = try RoostClient(server: server.url)
            #expect(try await client.model(ModelSelector(parsing: "acme/smol")).models.map(\.load) == [nil])
            let load = Task { try await client.load(ModelReference(parsing: "acme/smol")) }
            var engine = try await client.engines().engines.first
            while engine?.load?.stage != "starting" {
                try await Task.sleep(for: .milliseconds(2))
                engine = try await client.engines().engines.first
            }
            let shown = try #require(try await client.model(ModelSelector(parsing: "acme/smol")).models.first?.load)
            #expect(engine?.model == "acme/smol:Q4_1" && engine?.state == "loading" && shown.stage == "starting")
            #expect(shown.message.hasPrefix("starting its engine, ") && shown.message.hasSuffix(" s so far"), "\(shown.message)")
            #expect(shown.totalBytes == 98_362_432 && shown.readBytes == nil && shown.lastSeconds == nil && shown.leftSeconds == nil)
            load.cancel()
            _ = await load.result
        }
    }

    @Test func `a request whose time is over during the load gets 503 with the progress, in a stream an event`() async throws {
        try await withScript("exec sleep 1000") { server in
            let client = try RoostClient(server: server.url)
            let load = Task { try await client.load(ModelReference(parsing: "acme/smol")) }
            while try await client.engines().engines.first?.load?.stage != "starting" { try await Task.sleep(for: .milliseconds(5)) }
            defer { load.cancel() }
            let answer = try await server.post("/chat", chat(#","timeout":1"#))
            let problem = try answer.json()
            #expect(answer.status == 503 && problem["code"] as? String == "model_loading" && problem["field"] as? String == "timeout")
            #expect(answer.headers.first(name: "retry-after").flatMap { Int($0) } ?? 0 >= 1)
            #expect((problem["detail"] as? String)?.contains("acme/smol is not ready for it yet: loading the model: starting its engine, ") == true)
            let (comments, events) = try parts(try await server.post("/chat", chat(#","timeout":1,"stream":true"#)).body)
            #expect(!comments.isEmpty && events.count == 1 && events[0].contains("model_loading"), "\(events)")
        }
    }
}

extension RunningServer {
    /// The only engine, as `GET /engines` shows it.
    func engine() async throws -> [String: Any] {
        (try await send(.GET, "/engines").json()["engines"] as? [[String: Any]])?.first ?? [:]
    }
}
