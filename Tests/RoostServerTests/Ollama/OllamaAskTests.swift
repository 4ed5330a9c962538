import Access
import Engines
import Foundation
import NIOCore
import RoostAPI
import RoostCore
import Testing

@testable import RoostServer

/// What an engine gets of the bodies of Ollama's clients.
@Suite struct OllamaAskTests {
    private func chat(_ more: String, messages: String = #"[{"role":"user","content":"Hi"}]"#) throws -> OllamaAsk {
        try OllamaAsk(chat: RequestFields(body: ByteBuffer(string: #"{"model":"a/b","messages":\#(messages)\#(more)}"#)))
    }

    private func body(_ ask: OllamaAsk) throws -> [String: Any] {
        try JSONSerialization.jsonObject(with: Data(ask.request.body.readableBytesView)) as? [String: Any] ?? [:]
    }

    @Test func `options are the engine's fields, and those without effect are named`() throws {
        let ask = try chat(
            #","options":{"temperature":0.1,"top_k":40,"top_p":0.9,"min_p":0.05,"num_predict":12,"num_ctx":4096,"seed":-7,"stop":["x","y"],"repeat_last_n":-1,"repeat_penalty":1.1,"mirostat":2,"num_gpu":99,"use_mmap":true,"typical_p":0.7,"odd":"x"}"#
        )
        let body = try body(ask)
        #expect(body["temperature"] as? Double == 0.1 && body["top_k"] as? Int == 40 && body["max_tokens"] as? Int == 12)
        #expect(body["seed"] as? Int == -1 && body["stop"] as? [String] == ["x", "y"] && body["repeat_last_n"] as? Int == 65_536)
        #expect(body["mirostat"] as? Int == 2 && body["typical_p"] as? Double == 0.7 && body["repeat_penalty"] as? Double == 1.1)
        #expect(ask.ignored.sorted() == ["num_gpu", "odd", "use_mmap"] && ask.request.options.context?.tokens == 4096)
        #expect(ask.streams && body["stream"] as? Bool == true && body["num_gpu"] == nil)
        #expect(try self.body(chat(#","options":{"num_predict":-1,"seed":4294967299}"#))["max_tokens"] == nil)
    }

    @Test(arguments: [
        (#"{"temperature":"hot"}"#, "options.temperature"), (#"{"top_k":1.5}"#, "options.top_k"), (#"{"stop":[1]}"#, "options.stop"),
        (#"{"num_gpu":"all"}"#, "options.num_gpu"), (#"{"use_mmap":1}"#, "options.use_mmap"), (#"{"num_predict":"x"}"#, "options.num_predict"),
        ("[]", "options"), (#"{"top_p":7}"#, "options.top_p"),
    ]) func `an option of a wrong type is refused by its name`(options: String, field: String) {
        let error = #expect(throws: RoostError.self) { _ = try chat(#","options":\#(options)"#) }
        #expect(error?.code == .invalidRequest && error?.field == field)
    }

    @Test func `calls and their answers, thoughts and images have OpenAI's form`() throws {
        let messages = #"""
            [{"role":"user","content":"Add"},
             {"role":"assistant","content":"","thinking":"hm","tool_calls":[{"function":{"name":"add","arguments":{"a":1}}},{"id":"x9","function":{"name":"now"}}]},
             {"role":"tool","tool_name":"now","content":"12"},{"role":"tool","content":"3"},
             {"role":"user","content":"See","images":["iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="]}]
            """#
        let list = try #require(try body(chat("", messages: messages))["messages"] as? [[String: Any]])
        let calls = try #require(list[1]["tool_calls"] as? [[String: Any]])
        #expect((calls[0]["function"] as? [String: Any])?["arguments"] as? String == #"{"a":1}"#)
        #expect((calls[1]["function"] as? [String: Any])?["arguments"] as? String == "{}" && list[1]["reasoning_content"] as? String == "hm")
        #expect(list[2]["tool_call_id"] as? String == "x9" && list[3]["tool_call_id"] as? String == calls[0]["id"] as? String)
        let parts = try #require(list[4]["content"] as? [[String: Any]])
        #expect((parts[1]["image_url"] as? [String: String])?["url"]?.hasPrefix("data:image/png;base64,iVBOR") == true)
    }

    @Test(arguments: [
        (#"[{"role":"wizard","content":"x"}]"#, "messages[0].role"), (#"[{"role":"user","content":7}]"#, "messages[0].content"),
        (#"[{"role":"user","content":"x","images":["zz"]}]"#, "messages[0].images[0]"),
        (#"[{"role":"user","content":"x","images":7}]"#, "messages[0].images"),
        (
            #"[{"role":"assistant","content":"","tool_calls":[{"function":{"name":"a","arguments":"{}"}}]}]"#,
            "messages[0].tool_calls[0].function.arguments"
        ),
        (#""x""#, "messages"),
    ]) func `a wrong message is refused by the client's names`(messages: String, field: String) {
        let error = #expect(throws: RoostError.self) { _ = try chat("", messages: messages) }
        #expect(error?.code == .invalidRequest && error?.field == field, "\(String(describing: error))")
    }

    @Test func `format, think, logprobs and keep_alive reach the engine, and an empty prompt is none`() throws {
        let ask = try chat(
            #","format":{"type":"object","properties":{"a":{"type":"integer"}}},"think":"high","logprobs":true,"top_logprobs":3,"keep_alive":"10m","stream":false"#
        )
        let body = try body(ask)
        let format = try #require(body["response_format"] as? [String: Any])
        #expect(format["type"] as? String == "json_schema" && (body["chat_template_kwargs"] as? [String: Any])?["enable_thinking"] as? Bool == true)
        #expect(body["logprobs"] as? Bool == true && body["top_logprobs"] as? Int == 3 && ask.wantsAlternatives)
        #expect(ask.keepAlive == .unused(.seconds(600)) && ask.request.options.keepAlive == .unused(.seconds(600)) && !ask.streams)
        #expect(try (self.body(chat(#","format":"json""#))["response_format"] as? [String: String])?["type"] == "json_object")
        #expect(try chat(#","keep_alive":"-1m""#).keepAlive == .forever && chat(#","keep_alive":0"#).keepAlive == .unused(.zero))
        #expect(try chat("", messages: "[]").isEmpty)
        for (more, field) in [
            (#","format":"xml""#, "format"), (#","think":"soon""#, "think"), (#","stream":1"#, "stream"), (#","keep_alive":"soon""#, "keep_alive"),
        ] {
            let error = #expect(throws: RoostError.self) { _ = try chat(more) }
            #expect(error?.field == field)
        }
    }

    @Test func `generate is a conversation of system, earlier turns and prompt`() throws {
        let earlier = OllamaContext(turns: [.init(role: .user, text: "1")]).numbers(with: "2")
        let json = #"{"model":"a/b:latest","prompt":"3","system":"S","context":\#(earlier)}"#
        let ask = try OllamaAsk(generate: RequestFields(body: ByteBuffer(string: json)))
        let list = try #require(try body(ask)["messages"] as? [[String: Any]])
        #expect(list.map { $0["role"] as? String } == ["system", "user", "assistant", "user"])
        #expect(
            list.map { $0["content"] as? String } == ["S", "1", "2", "3"] && ask.request.reference.description == "a/b" && ask.name == "a/b:latest")
        #expect(try OllamaAsk(generate: RequestFields(body: ByteBuffer(string: #"{"name":"a/b"}"#))).isEmpty)
    }

    @Test func `a preset fills in only what the request leaves open`() throws {
        let preset = ModelPreset(
            system: "Be brief.", parameters: ["temperature": .number(0.2), "num_predict": .number(9), "num_ctx": .number(2048), "top_k": .text("x")])
        let plain = try chat("").request.applying(preset)
        let body = try JSONSerialization.jsonObject(with: Data(plain.body.readableBytesView)) as? [String: Any] ?? [:]
        let list = try #require(body["messages"] as? [[String: Any]])
        #expect(list.map { $0["role"] as? String } == ["system", "user"] && list[0]["content"] as? String == "Be brief.")
        #expect(
            body["temperature"] as? Double == 0.2 && body["max_tokens"] as? Int == 9 && plain.options.context?.tokens == 2048 && body["top_k"] == nil)
        #expect(plain.tokens.output == 9, "what a key's limit and the queue count with")
        let own = try chat(#","options":{"temperature":1,"num_predict":3,"num_ctx":512}"#, messages: #"[{"role":"system","content":"Mine"}]"#).request
            .applying(preset)
        let kept = try JSONSerialization.jsonObject(with: Data(own.body.readableBytesView)) as? [String: Any] ?? [:]
        #expect(kept["temperature"] as? Double == 1 && kept["max_tokens"] as? Int == 3 && own.options.context?.tokens == 512)
        #expect((kept["messages"] as? [[String: Any]])?.count == 1)
    }

    @Test(arguments: [
        ("smollm2", "smollm2"), ("smollm2:latest", "smollm2"), ("library/smollm2:135m", "smollm2:135m"),
        ("registry.ollama.ai/library/smollm2", "smollm2"),
        ("hf.co/org/name:q4_k_m", "org/name:Q4_K_M"), ("huggingface.co/org/name", "org/name"), ("org/name:Q8_0", "org/name:Q8_0"),
        ("https://ollama.com/library/llama3.2:1b", "llama3.2:1b"),
    ]) func `names of Ollama's form are understood`(name: String, meaning: String) throws {
        #expect(try OllamaName.reference(parsing: name).description == meaning)
    }
}

/// Requests that are longer than the context.
@Suite struct ShorteningTests {
    private func messages(_ request: EngineRequest?) throws -> [String] {
        let body = try request.map { try JSONSerialization.jsonObject(with: Data($0.body.readableBytesView)) as? [String: Any] ?? [:] }
        return (body?["messages"] as? [[String: Any]] ?? []).compactMap { $0["content"] as? String }
    }

    @Test func `the oldest messages go first, calls with their answers, and the system prompt and the last one stay`() throws {
        let words = String(repeating: "w", count: 100)
        let list = #"""
            [{"role":"system","content":"S"},{"role":"user","content":"1\#(words)"},
             {"role":"assistant","content":"2\#(words)","tool_calls":[{"id":"a","function":{"name":"f","arguments":{}}}]},
             {"role":"tool","tool_call_id":"a","content":"3\#(words)"},{"role":"user","content":"4\#(words)"},{"role":"user","content":"5"}]
            """#
        let request = try OllamaAsk(chat: RequestFields(body: ByteBuffer(string: #"{"model":"a/b","messages":\#(list),"options":{"top_k":3}}"#)))
            .request
        #expect(try messages(request.shortened(to: 1)).map { $0.prefix(1) } == ["S", "2", "3", "4", "5"])
        #expect(try messages(request.shortened(to: 0.6)).map { $0.prefix(1) } == ["S", "4", "5"])
        let least = try #require(try request.shortened(to: 0.01))
        #expect(try messages(least) == ["S", "5"])
        #expect(String(buffer: least.body).contains(#""top_k":3"#))
        #expect(try least.shortened(to: 0.01) == nil)
    }

    @Test func `texts for vectors lose their ends`() throws {
        let body = ByteBuffer(string: #"{"model":"a/b","input":["\#(String(repeating: "ü", count: 100))","short"]}"#)
        let request = try #require(try OllamaEmbedding(embed: RequestFields(body: body)).request.shortened(to: 0.5))
        let json = try JSONSerialization.jsonObject(with: Data(request.body.readableBytesView)) as? [String: Any]
        #expect(json?["input"] as? [String] == [String(repeating: "ü", count: 45), "short"])
    }
}
