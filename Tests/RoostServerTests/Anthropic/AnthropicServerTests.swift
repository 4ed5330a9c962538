import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import RoostCore
import RoostServer
import SystemPackage
import TestSupport
import Testing

/// Anthropic's API over real HTTP: the errors of all layers without an engine, and answers with the real one.
@Suite(.serialized, .timeLimit(.minutes(15))) struct AnthropicServerTests {
    private static let hello = #"{"model":"acme/smol","max_tokens":8,"messages":[{"role":"user","content":"Hi"}]"#

    private func withModel(_ body: (RunningServer) async throws -> Void) async throws {
        let program = try TestEnvironment.llamaServer
        try await RunningServer.run(logger: LogLines().logger, guardCommand: [TestEnvironment.roostExecutable.string, "engine-guard"]) {
            $0.llamaServer = program
            $0.contextLength = 1024
        } _: { server in
            try server.placeSampleModel()
            try await body(server)
        }
    }

    private func error(_ answer: RunningServer.Answer) throws -> (type: String, message: String, id: String) {
        let body = try answer.json()
        let error = try #require(body["error"] as? [String: Any])
        #expect(body["type"] as? String == "error")
        return (
            try #require(error["type"] as? String), try #require(error["message"] as? String), try #require(body["request_id"] as? String)
        )
    }

    @Test func `errors of every layer have Anthropic's form under its paths, with the id of the log`() async throws {
        try await RunningServer.run(logger: LogLines().logger) { server in
            for (method, path, headers, body, status, type) in [
                (.POST, "/v1/messages", [:], "{", 400, "invalid_request_error"), (.GET, "/v1/messages", [:], nil, 405, "invalid_request_error"),
                (.POST, "/v1/messages", [:], Self.hello + "}", 404, "not_found_error"),
                (.POST, "/v1/messages/batches", [:], "{}", 404, "not_found_error"),
                (.POST, "/v1/messages/count_tokens", [:], #"{"model":"a/b"}"#, 400, "invalid_request_error"),
                (.POST, "/v1/messages", ["Host": "evil.example"], Self.hello + "}", 403, "permission_error"),
                (.GET, "/v1/models/no/such", ["anthropic-version": "2023-06-01"], nil, 404, "not_found_error"),
            ] as [(HTTPMethod, String, HTTPHeaders, String?, Int, String)] {
                let answer = try await server.send(method, path, headers: headers, body: body.map { Array($0.utf8) })
                let told = try error(answer)
                #expect(answer.status == status && told.type == type, "\(method) \(path): \(answer.status) \(told)")
                #expect(answer.headers.first(name: "request-id") == told.id && answer.headers.first(name: "x-request-id") == told.id)
            }
            // Other dialects keep their forms.
            let other = try await server.post("/v1/chat/completions", "{")
            #expect(try other.json()["type"] == nil && other.headers.first(name: "request-id") == nil)
        }
    }

    @Test func `clients of Anthropic's API get its list of models, others OpenAI's`() async throws {
        try await RunningServer.run { server in
            _ = try CachedModel(in: server)
            let anthropic = try await server.send(.GET, "/v1/models", headers: ["anthropic-version": "2023-06-01"]).json()
            let model = try #require((anthropic["data"] as? [[String: Any]])?.first)
            #expect(model["type"] as? String == "model" && model["id"] as? String == "acme/tiny:Q4_0" && anthropic["has_more"] as? Bool == false)
            let created = try #require((model["created_at"] as? String).flatMap { Timestamp(rawValue: $0).date })
            #expect(abs(created.timeIntervalSinceNow) < 3 * 86_400)
            let openai = try await server.send(.GET, "/v1/models").json()
            #expect(openai["object"] as? String == "list")
            for path in ["acme/tiny", "acme%2Ftiny%3AQ4_0"] {
                let one = try await server.send(.GET, "/v1/models/\(path)", headers: ["anthropic-version": "2023-06-01"]).json()
                #expect(one["id"] as? String == "acme/tiny:Q4_0" && one["display_name"] as? String == "acme/tiny:Q4_0")
            }
        }
    }

    private struct Seen: Decodable {
        let type: String
        let text: String
        let stop: String
        let input: Int
        let output: Int
        let request_id: Bool
        let count: Int
        let streamed: String
        let streamed_stop: String
        let streamed_input: Int
        let streamed_output: Int
        let stopped: [Field]
        let tool: [Field]
        let streamed_tool: [Field]
        let after_tool: String
        let models: [[String]]
        let model: String
        let errors: [[Field]]
    }

    /// A value of a list with values of several types, as text.
    private struct Field: Decodable {
        let text: String

        init(from decoder: any Decoder) throws {
            let value = try decoder.singleValueContainer()
            if let text = try? value.decode(String.self) {
                self.text = text
            } else if let flag = try? value.decode(Bool.self) {
                text = "\(flag)"
            } else if let number = try? value.decode(Int.self) {
                text = "\(number)"
            } else {
                text = try value.decode([Field].self).map(\.text).joined(separator: "+")
            }
        }
    }

    @Test func `Anthropic's Python client gets messages, streams, calls, counts and its own errors, and its leaving stops the engine`() async throws {
        try await withModel { server in
            let tools = try CachedModel(in: server, "acme/tools", file: "tools-Q4_1.gguf", bytes: 1)
            try ToolModel.write(to: tools.blob)
            let said = try await PythonClient.anthropic.run("anthropic_messages.py", [server.url, "acme/smol:Q4_1", "acme/tools:Q4_1"])
            let seen = try JSONDecoder().decode(Seen.self, from: said)
            #expect(seen.type == "message" && seen.stop == "max_tokens" && seen.output == 12 && !seen.text.isEmpty && seen.request_id)
            #expect(seen.input == seen.count && seen.count > 10)
            #expect(seen.streamed == seen.text && seen.streamed_stop == "max_tokens")
            #expect(seen.streamed_input == seen.count && seen.streamed_output == 12)
            let before = seen.stopped[0].text
            #expect(seen.text.hasPrefix(before) && seen.stopped.dropFirst().map(\.text) == ["stop_sequence", "true"])
            #expect(seen.tool.map(\.text) == ["tool_use", "get_weather", "city"])
            #expect(seen.streamed_tool.map(\.text) == ["tool_use", "get_weather"] && seen.after_tool == "message")
            #expect(seen.models == [["acme/smol:Q4_1", "model"], ["acme/tools:Q4_1", "model"]] && seen.model == "acme/smol:Q4_1")
            #expect(
                seen.errors.map { $0.map(\.text).joined(separator: " ") } == [
                    "NotFoundError 404 not_found_error true", "BadRequestError 400 invalid_request_error true",
                    "BadRequestError 400 invalid_request_error true", "NotFoundError 404 not_found_error true",
                    "NotFoundError 404 not_found_error true", "BadRequestError 400 invalid_request_error true",
                ])
            func running() async throws -> Int {
                let engines = try await server.send(.GET, "/engines").json()["engines"] as? [[String: Any]] ?? []
                return engines.reduce(0) { $0 + ($1["running"] as? Int ?? 0) }
            }
            while try await running() != 0 { try await Task.sleep(for: .milliseconds(20)) }
        }
    }

    @Test(arguments: ["claude-code", "zed-anthropic"]) func `a recorded request of an agent is answered with a whole stream`(name: String)
        async throws
    {
        let body = try String(contentsOfFile: TestEnvironment.testFile("../Fixtures/clients/\(name).json").string, encoding: .utf8)
        try await withModel { server in
            let answer = try await server.post("/v1/messages?beta=true", body)
            let text = String(decoding: answer.body, as: UTF8.self)
            #expect(answer.status == 200 && answer.headers.first(name: "content-type") == "text/event-stream", "\(text)")
            #expect(text.contains("event: message_start\n") && text.hasSuffix("event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n"))
            #expect(text.contains(#""stop_sequence":null"#) && text.contains(/"output_tokens":\d+/))
        }
    }

    @Test func `a prompt that does not fit is told in the words that agents look for`() async throws {
        try await withModel { server in
            let long = String(repeating: "sea ", count: 3000)
            for more in ["", #","stream":true"#] {
                let answer = try await server.post(
                    "/v1/messages", #"{"model":"acme/smol","max_tokens":8,"messages":[{"role":"user","content":"\#(long)"}]\#(more)}"#)
                let told = try error(answer)
                #expect(answer.status == 400 && told.type == "invalid_request_error", "\(told)")
                #expect(told.message.contains(/^prompt is too long: \d+ tokens > 1024 maximum/), "\(told.message)")
            }
        }
    }
}
