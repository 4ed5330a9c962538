import Access
import Engines
import Foundation
import ModelFormats
import NIOCore
import RoostAPI
import RoostCore
import Testing

@testable import RoostServer

/// What engines get of requests to `/chat`, and what clients get of calls of tools.
@Suite struct NativeChatTests {
    private static let hello = #"{"role":"user","content":"Hi"}"#

    private func chat(_ more: String, messages: String = hello) throws -> NativeChat {
        try NativeChat(RequestFields(body: ByteBuffer(string: "{\"model\":\"a/b\",\"messages\":[\(messages)]\(more.isEmpty ? "" : ",")\(more)}")))
    }

    private func body(_ chat: NativeChat) -> String { String(buffer: chat.engine.body) }

    private func field(_ more: String, messages: String = hello) -> String? {
        do {
            _ = try chat(more, messages: messages)
            return nil
        } catch {
            return (error as? RoostError).flatMap { $0.code == .invalidRequest ? $0.field : "\($0)" }
        }
    }

    @Test func `what a request leaves out has the documented defaults, and what the engine does not need stays behind`() throws {
        let asked = try chat(#""user":"me","keep_alive":"1h","timeout":5"#)
        #expect(body(asked) == #"{"messages":[{"role":"user","content":"Hi"}],"max_tokens":512,"temperature":0.7,"stream":true}"#)
        #expect(!asked.streams && asked.timeout == .seconds(5) && asked.engine.options.keepAlive != nil)
    }

    @Test func `the parameters of an alias reach completions too, and its system prompt does not`() throws {
        let preset = ModelPreset(
            system: "S", parameters: ["temperature": .number(0.2), "num_predict": .number(9), "num_ctx": .number(2048), "top_k": .number(5)])
        let asked = try EngineRequest(texts: RequestFields(body: ByteBuffer(string: #"{"model":"a/b","prompt":"x","temperature":1}"#)))
        let request = try asked.applying(preset)
        let fields = try #require(try JSONSerialization.jsonObject(with: Data(request.body.readableBytesView)) as? [String: Any])
        #expect(fields["temperature"] as? Double == 1 && fields["top_k"] as? Int == 5 && fields["prompt"] as? String == "x")
        // A text is continued by as many tokens as its request says, or by 16.
        #expect(fields["max_tokens"] as? Int == 16 && request.tokens.output == 16)
        #expect(fields["messages"] == nil && request.kind == .completion && request.options.context?.tokens == 2048)
    }

    @Test func `the preset of an alias is stronger than the usual values, and weaker than the request`() throws {
        let preset = ModelPreset(system: nil, parameters: ["temperature": .number(0.2), "num_predict": .number(9)])
        let plain = try chat(#""top_k":3"#).engine.applying(preset)
        let fields = try #require(try JSONSerialization.jsonObject(with: Data(plain.body.readableBytesView)) as? [String: Any])
        #expect(fields.keys.sorted() == ["max_tokens", "messages", "stream", "temperature", "top_k"])
        #expect(fields["temperature"] as? Double == 0.2 && fields["max_tokens"] as? Int == 9)
        #expect(plain.tokens.output == 9)
        let own = try chat(#""temperature":1,"max_tokens":700"#).engine.applying(preset)
        #expect(String(buffer: own.body).contains(#""max_tokens":700,"temperature":1.0"#) && own.tokens.output == 700)
    }

    @Test func `sampling parameters are passed on`() throws {
        let sampling =
            #""top_p":0.9,"min_p":0.05,"top_k":40,"seed":7,"frequency_penalty":0.1,"presence_penalty":0.2,"repeat_penalty":1.1"#
        let text = body(try chat(sampling + #","temperature":0,"max_tokens":3,"stop":["a","b"],"stream":true"#))
        for part in sampling.split(separator: ",").map(String.init) + [#""stop":["a","b"]"#, #""temperature":0.0"#, #""max_tokens":3"#] {
            #expect(text.contains(part), "\(part) in \(text)")
        }
    }

    @Test(arguments: [
        (#""top_p":1.1"#, "top_p"), (#""top_p":-0.1"#, "top_p"), (#""top_k":-2"#, "top_k"), (#""min_p":2"#, "min_p"),
        (#""repeat_penalty":11"#, "repeat_penalty"), (#""repeat_penalty":-1"#, "repeat_penalty"), (#""presence_penalty":3"#, "presence_penalty"),
        (#""frequency_penalty":-3"#, "frequency_penalty"), (#""seed":-2"#, "seed"), (#""seed":1.5"#, "seed"), (#""stop":7"#, "stop"),
        (#""temperature":2.1"#, "temperature"), (#""tools":{}"#, "tools"), (#""tool_choice":"maybe""#, "tool_choice"), (#""priority":5"#, "priority"),
    ]) func `a parameter outside its range is refused by name`(more: String, name: String) { #expect(field(more) == name) }

    @Test func `tools, their calls and what they returned are passed on, and images are parts`() throws {
        let tools = #""tools":[{"type":"function","function":{"name":"f","parameters":{"type":"object"}}}],"tool_choice":"required""#
        let call = #"{"role":"assistant","content":"","tool_calls":[{"id":"1","type":"function","function":{"name":"f","arguments":"{}"}}]}"#
        let result = #"{"role":"tool","content":"7","tool_call_id":"1"}"#
        let text = body(try chat(tools, messages: [Self.hello, call, result].joined(separator: ",")))
        #expect(text.contains(call) && text.contains(result) && text.contains(#""tool_choice":"required""#), "\(text)")
        #expect(
            field("", messages: #"{"role":"user","content":[{"type":"image_url","image_url":{"url":"http://x/y.png"}}]}"#)
                == "messages[0].content[0].image_url.url")
        #expect(field("", messages: #"{"role":"user","content":[{"type":"file"}]}"#) == "messages[0].content[0].type")
    }

    @Test func `calls of tools arrive in pieces in a stream`() throws {
        let events = [
            #"{"choices":[{"finish_reason":null,"index":0,"delta":{"tool_calls":[{"index":0,"id":"c1","type":"function","function":{"name":"f","arguments":"{"}}]}}]}"#,
            #"{"choices":[{"finish_reason":null,"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"}"}}]}}]}"#,
            #"{"choices":[{"finish_reason":"tool_calls","index":0,"delta":{}}]}"#, "[DONE]",
        ]
        var translator = ChatEventTranslator()
        let told = String(buffer: try translator.translate(ByteBuffer(string: events.map { "data: \($0)\n\n" }.joined())))
        #expect(
            told
                == #"data: {"delta":{"tool_calls":[{"function":{"arguments":"{","name":"f"},"id":"c1","index":0,"type":"function"}]},"done":false}\#n\#ndata: {"delta":{"tool_calls":[{"function":{"arguments":"}"},"index":0,"type":"function"}]},"done":false}\#n\#n"#
        )
        #expect(String(buffer: try translator.finish()) == #"data: {"delta":{},"done":true,"done_reason":"tool_calls"}\#n\#n"#)
    }
}
