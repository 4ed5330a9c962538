import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import RoostCore
import RoostServer
import SystemPackage
import TestSupport
import Testing

/// Ollama's API with the real engine and a real, small model.
@Suite(.serialized, .timeLimit(.minutes(10))) struct OllamaEngineTests {
    private func withModel(_ body: (RunningServer) async throws -> Void) async throws {
        let engine = try TestEnvironment.llamaServer
        try await RunningServer.run(guardCommand: [TestEnvironment.roostExecutable.string, "engine-guard"]) {
            $0.llamaServer = engine
            $0.contextLength = 1024
            $0.threads = 1
        } _: { server in
            try server.placeSampleModel()
            try await body(server)
        }
    }

    private func lines(_ answer: RunningServer.Answer) throws -> [[String: Any]] {
        #expect(answer.headers.first(name: "content-type") == "application/x-ndjson")
        return try String(decoding: answer.body, as: UTF8.self).split(separator: "\n").map {
            try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any] ?? [:]
        }
    }

    private func content(_ line: [String: Any]) -> String { (line["message"] as? [String: Any])?["content"] as? String ?? "" }

    @Test func `a chat streams by default, and in one piece it is the same`() async throws {
        try await withModel { server in
            let ask =
                #"{"model":"smol","messages":[{"role":"user","content":"Count from one to five."}],"options":{"temperature":0,"num_predict":12}"#
            let answer = try await server.post("/api/chat", ask + "}")
            let lines = try lines(answer)
            #expect(answer.status == 200 && lines.count > 3 && lines.allSatisfy { $0["model"] as? String == "smol" && $0["created_at"] is String })
            #expect(
                lines.dropLast().allSatisfy { $0["done"] as? Bool == false && ($0["message"] as? [String: Any])?["role"] as? String == "assistant" })
            let last = try #require(lines.last)
            #expect(last["done"] as? Bool == true && last["done_reason"] as? String == "length" && last["eval_count"] as? Int == 12)
            for figure in ["total_duration", "load_duration", "prompt_eval_count", "prompt_eval_duration", "eval_duration"] {
                #expect(last[figure] as? Int ?? 0 > 0, "\(figure)")
            }
            let whole = try await server.post("/api/chat", ask + #","stream":false}"#).json()
            #expect(whole["done"] as? Bool == true && content(whole) == lines.map(content).joined() && !content(whole).isEmpty)
            #expect(whole["prompt_eval_count"] as? Int == last["prompt_eval_count"] as? Int, "tokens of the cache count too")
        }
    }

    @Test func `generate continues its conversation by the context, and a format constrains it`() async throws {
        try await withModel { server in
            let first = try await server.post(
                "/api/generate",
                #"{"model":"acme/smol:latest","prompt":"My name is Ada.","system":"Be brief.","stream":false,"options":{"num_predict":8}}"#
            ).json()
            #expect((first["response"] as? String)?.isEmpty == false && first["done_reason"] is String)
            let context = try #require(first["context"] as? [Int])
            let second = try await server.post(
                "/api/generate", #"{"model":"smol","prompt":"And yours?","context":\#(context),"stream":false,"options":{"num_predict":8}}"#
            ).json()
            #expect(second["prompt_eval_count"] as? Int ?? 0 > first["prompt_eval_count"] as? Int ?? .max)
            let schema = #"{"type":"object","properties":{"age":{"type":"integer"}},"required":["age"]}"#
            let answer = try await server.post(
                "/api/generate",
                #"{"model":"smol","prompt":"Ada is 36.","format":\#(schema),"stream":false,"options":{"temperature":0,"num_predict":40}}"#
            ).json()
            let object = try JSONSerialization.jsonObject(with: Data((answer["response"] as? String ?? "").utf8)) as? [String: Any]
            #expect(object?["age"] is Int, "\(answer)")
        }
    }

    @Test func `tools are called with an object, and their answers are read`() async throws {
        try await withModel { server in
            try ToolModel.write(to: CachedModel(in: server, "acme/tools", file: "tools-Q4_1.gguf", bytes: 1).blob)
            let tool =
                #"{"type":"function","function":{"name":"add","description":"Adds","parameters":{"type":"object","properties":{"a":{"type":"integer"}},"required":["a"]}}}"#
            let ask =
                #"{"model":"tools","messages":[{"role":"user","content":"Use the tool add with a=1."}],"tools":[\#(tool)],"options":{"temperature":0,"num_predict":60}"#
            let lines = try lines(try await server.post("/api/chat", ask + "}"))
            let calls = lines.compactMap { ($0["message"] as? [String: Any])?["tool_calls"] as? [[String: Any]] }.flatMap(\.self)
            // So small a model does not always call; what it calls is whole.
            for call in calls { #expect((call["function"] as? [String: Any])?["arguments"] is [String: Any], "\(call)") }
            #expect(lines.last?["done"] as? Bool == true && lines.last?["prompt_eval_count"] as? Int ?? 0 > 60, "the tool is read")
            let answered = try await server.post(
                "/api/chat",
                #"{"model":"smol","messages":[{"role":"user","content":"Add"},{"role":"assistant","content":"","tool_calls":[{"function":{"name":"add","arguments":{"a":1}}}]},{"role":"tool","tool_name":"add","content":"2"}],"stream":false,"options":{"num_predict":4}}"#
            )
            #expect(answered.status == 200, "\(String(decoding: answered.body, as: UTF8.self))")
        }
    }

    @Test func `an empty prompt loads, ps shows it, and keep_alive 0 unloads`() async throws {
        try await withModel { server in
            let load = try await server.post("/api/generate", #"{"model":"smol","stream":false,"keep_alive":"5m"}"#).json()
            #expect(load["done_reason"] as? String == "load" && load["response"] as? String == "" && load["done"] as? Bool == true)
            let ps = try #require(try await server.send(.GET, "/api/ps").json()["models"] as? [[String: Any]])
            #expect(
                ps.count == 1 && ps[0]["name"] as? String == "acme/smol:Q4_1" && ps[0]["context_length"] as? Int == 1024 && ps[0]["size_vram"] is Int)
            let expiry = try #require(Timestamp(rawValue: ps[0]["expires_at"] as? String ?? "").date)
            #expect((1...301).contains(expiry.timeIntervalSinceNow))
            let unload = try lines(try await server.post("/api/chat", #"{"model":"smol","messages":[],"keep_alive":0}"#))
            #expect(unload.count == 1 && unload[0]["done_reason"] as? String == "unload")
            let left = try await server.send(.GET, "/api/ps").json()["models"] as? [[String: Any]]
            #expect(left?.isEmpty == true)
        }
    }

    @Test func `an alias has its preset on every API, and num_ctx beyond the training is the training's`() async throws {
        try await withModel { server in
            let alias = #"{"model":"acme/smol","system":"You are a pirate. Answer in one word.","parameters":{"temperature":0,"num_predict":3}}"#
            #expect(try await server.send(.PUT, "/aliases/pirate", body: Array(alias.utf8)).status == 200)
            let question = #""messages":[{"role":"user","content":"Hello, who are you and what do you do?"}]"#
            let ollama = try await server.post("/api/chat", #"{"model":"pirate",\#(question),"stream":false}"#).json()
            #expect(ollama["eval_count"] as? Int ?? 9 <= 3)
            let plain = try await server.post(
                "/api/chat", #"{"model":"smol",\#(question),"stream":false,"options":{"num_predict":3,"num_ctx":131072}}"#)
            #expect(plain.status == 200)
            #expect(try ollama["prompt_eval_count"] as? Int != (plain.json()["prompt_eval_count"] as? Int), "the system prompt is read")
            let openAI = try await server.post("/v1/chat/completions", #"{"model":"pirate",\#(question)}"#).json()
            let usage = try #require(openAI["usage"] as? [String: Any])
            #expect(usage["completion_tokens"] as? Int ?? 9 <= 3 && usage["prompt_tokens"] as? Int == ollama["prompt_eval_count"] as? Int)
            #expect(try await server.post("/models/unload", #"{"model":"pirate"}"#).status == 200)
            #expect(try (await server.send(.GET, "/api/ps").json()["models"] as? [Any])?.isEmpty == true)
        }
    }

    @Test func `a raw prompt is continued, and a gap needs a model for that`() async throws {
        try await withModel { server in
            let raw = #"{"model":"smol","prompt":"One, two, three,","raw":true,"options":{"temperature":0,"num_predict":4}"#
            let lines = try lines(try await server.post("/api/generate", raw + "}"))
            let text = lines.compactMap { $0["response"] as? String }.joined()
            #expect(text.contains("four") && lines.last?["eval_count"] as? Int == 4 && lines.last?["context"] == nil, "\(text)")
            let whole = try await server.post("/api/generate", raw + #","stream":false}"#).json()
            #expect(whole["response"] as? String == text && whole["done_reason"] as? String == "length")
            let gap = try await server.post("/api/generate", #"{"model":"smol","prompt":"def f(","suffix":"return 1"}"#)
            #expect(try gap.status == 400 && (gap.json()["error"] as? String)?.contains("no tokens for filling in") == true)
        }
    }

    @Test func `what a model cannot do is a 400 before the first byte`() async throws {
        try await withModel { server in
            let vectors = try await server.post("/api/embed", #"{"model":"smol","input":["x"]}"#)
            #expect(try vectors.status == 400 && (vectors.json()["error"] as? String)?.contains("makes no vectors") == true)
            let thoughts = try await server.post("/api/chat", #"{"model":"smol","messages":[{"role":"user","content":"x"}],"think":true}"#)
            #expect(try thoughts.status == 400 && (thoughts.json()["error"] as? String)?.contains("does not support thinking") == true)
            let tools = try await server.post(
                "/api/chat",
                #"{"model":"smol","messages":[{"role":"user","content":"x"}],"tools":[{"type":"function","function":{"name":"add","parameters":{}}}]}"#
            )
            #expect(try tools.status == 400 && (tools.json()["error"] as? String)?.contains("does not support tools") == true)
            let text = String(repeating: "sea ", count: 3000)
            let long = try await server.post("/api/chat", #"{"model":"smol","messages":[{"role":"user","content":"\#(text)"}]}"#)
            #expect(try long.status == 400 && (long.json()["error"] as? String)?.contains("maximum context length is 1024 tokens") == true)
            let messages =
                #"[{"role":"system","content":"S"},{"role":"user","content":"\#(text)"},{"role":"assistant","content":"Yes."},{"role":"user","content":"Hi"}]"#
            let ask = #"{"model":"smol","messages":\#(messages),"stream":false,"options":{"num_predict":3}"#
            #expect(try await server.post("/api/chat", ask + #","truncate":false}"#).status == 400)
            let shortened = try await server.post("/api/chat", ask + "}")
            #expect(try shortened.status == 200 && (shortened.json()["prompt_eval_count"] as? Int ?? 1024) < 100)
        }
    }
}
