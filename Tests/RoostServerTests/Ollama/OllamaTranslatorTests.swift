import Foundation
import NIOCore
import RoostCore
import Testing

@testable import RoostServer

/// The lines that Ollama's clients get of an engine's stream.
@Suite struct OllamaTranslatorTests {
    private static func translator(_ form: OllamaAsk.Form = .chat) -> OllamaTranslator {
        OllamaTranslator(.init(form: form, model: "smollm2", elapsed: { .milliseconds(5) }, loadDuration: { .milliseconds(2) }))
    }

    private static func events(_ events: [String]) -> String { events.map { "data: \($0)\n\n" }.joined() }

    private static func delta(_ delta: String, _ more: String = "") -> String {
        #"{"choices":[{"finish_reason":null,"index":0,"delta":\#(delta)\#(more)}]}"#
    }

    private static func end(_ reason: String) -> String {
        #"{"choices":[{"finish_reason":"\#(reason)","index":0,"delta":{}}],"timings":{"cache_n":3,"prompt_n":4,"prompt_ms":1.5,"predicted_n":2,"predicted_ms":7}}"#
    }

    /// The lines of a stream that arrives in pieces of this size, without their time.
    private func lines(_ text: String, size: Int, _ form: OllamaAsk.Form = .chat) throws -> [NSDictionary] {
        var translator = Self.translator(form)
        var bytes = ByteBuffer(string: text)
        var told = ""
        while let piece = bytes.readSlice(length: min(size, bytes.readableBytes)), piece.readableBytes > 0 {
            told += String(buffer: try translator.translate(piece))
        }
        told += String(buffer: try translator.finish())
        #expect(told.hasSuffix("\n") && !told.contains("\n\n"))
        return try told.split(separator: "\n").map { line in
            var object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any] ?? [:]
            let time = object.removeValue(forKey: "created_at")
            #expect(time is String && object["model"] as? String == "smollm2")
            return object as NSDictionary
        }
    }

    private func expected(_ lines: [String]) throws -> [NSDictionary] {
        try lines.map { line in
            var object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any] ?? [:]
            object["model"] = "smollm2"
            return object as NSDictionary
        }
    }

    private static let figures =
        #""total_duration":5000000,"load_duration":2000000,"prompt_eval_count":7,"prompt_eval_duration":1500000,"eval_count":2,"eval_duration":7000000"#

    @Test(arguments: [1, 2, 3, 7, 64, 10_000]) func `a chat is a line for each piece and a last one with figures, however the stream is cut`(
        size: Int
    ) throws {
        let stream = Self.events([
            Self.delta(#"{"role":"assistant","content":null}"#), Self.delta(#"{"reasoning_content":"Hm"}"#), Self.delta(#"{"content":"Grüße"}"#),
            Self.end("stop"), "[DONE]",
        ])
        let wanted = try expected([
            #"{"done":false,"message":{"role":"assistant","content":"","thinking":"Hm"}}"#,
            #"{"done":false,"message":{"role":"assistant","content":"Grüße"}}"#,
            #"{"done":true,"done_reason":"stop","message":{"role":"assistant","content":""},\#(Self.figures)}"#,
        ])
        #expect(try lines(stream, size: size) == wanted)
    }

    @Test(arguments: [1, 5, 10_000]) func `calls of tools are whole, with an object as arguments`(size: Int) throws {
        let stream = Self.events([
            Self.delta(#"{"tool_calls":[{"index":0,"id":"a1","type":"function","function":{"name":"add","arguments":""}}]}"#),
            Self.delta(#"{"tool_calls":[{"index":0,"function":{"arguments":"{\"a\":1,"}}]}"#),
            Self.delta(#"{"tool_calls":[{"index":0,"function":{"arguments":"\"b\":[2.5,null]}"}}]}"#),
            Self.delta(#"{"tool_calls":[{"index":1,"id":"a2","type":"function","function":{"name":"now","arguments":""}}]}"#),
            Self.end("tool_calls"), "[DONE]",
        ])
        let wanted = try expected([
            #"{"done":false,"message":{"role":"assistant","content":"","tool_calls":[{"id":"a1","function":{"index":0,"name":"add","arguments":{"a":1,"b":[2.5,null]}}}]}}"#,
            #"{"done":false,"message":{"role":"assistant","content":"","tool_calls":[{"id":"a2","function":{"index":1,"name":"now","arguments":{}}}]}}"#,
            #"{"done":true,"done_reason":"stop","message":{"role":"assistant","content":""},\#(Self.figures)}"#,
        ])
        #expect(try lines(stream, size: size) == wanted)
    }

    @Test func `a call that was cut is left out, and one that is no object is an error`() throws {
        let cut = Self.delta(#"{"tool_calls":[{"index":0,"id":"a1","function":{"name":"add","arguments":"{\"a\":"}}]}"#)
        let told = try lines(Self.events([cut, Self.end("length"), "[DONE]"]), size: 10_000)
        #expect(told.count == 1 && told[0]["done_reason"] as? String == "length")
        #expect(throws: RoostError.self) { _ = try lines(Self.events([cut, Self.end("tool_calls"), "[DONE]"]), size: 10_000) }
    }

    @Test func `probabilities come with their piece, and other tokens only when they were asked for`() throws {
        let probabilities =
            #","logprobs":{"content":[{"id":1,"token":"Hi","bytes":[72,105],"logprob":-0.5,"top_logprobs":[{"id":1,"token":"Hi","bytes":[72,105],"logprob":-0.5}]}]}"#
        let stream = Self.events([Self.delta(#"{"content":"Hi"}"#, probabilities), Self.end("stop"), "[DONE]"])
        let token = #"{"token":"Hi","logprob":-0.5,"bytes":[72,105]}"#
        let line = try expected([#"{"done":false,"message":{"role":"assistant","content":"Hi"},"logprobs":[\#(token)]}"#])[0]
        #expect(try lines(stream, size: 9)[0] == line)
    }

    @Test func `generate has its text in response, and a context that gives the conversation back`() throws {
        let context = OllamaContext(turns: [.init(role: .user, text: "Say ü")])
        let stream = Self.events([Self.delta(#"{"content":"ü!"}"#), Self.end("length"), "[DONE]"])
        let told = try lines(stream, size: 4, .generate(context))
        #expect(try told[0] == (expected([#"{"done":false,"response":"ü!"}"#])[0]))
        #expect(told[1]["done_reason"] as? String == "length" && told[1]["response"] as? String == "")
        let numbers = try #require(told[1]["context"] as? [Int])
        let fields = try RequestFields(body: ByteBuffer(string: #"{"context":\#(numbers)}"#))
        let again = try OllamaContext(#require(fields.value("context")), of: fields)
        #expect(again.turns == [.init(role: .user, text: "Say ü"), .init(role: .assistant, text: "ü!")])
    }

    @Test(arguments: [
        "[1,2,3]", "[1383034739,5,0]", "[1383034739,-1]", "\"x\"", "[1383034739,3,99999999]", "[1383034739,9223372036854775807]", "[1383034739]",
    ])
    func `a context of another server is refused`(json: String) throws {
        let fields = try RequestFields(body: ByteBuffer(string: #"{"context":\#(json)}"#))
        let error = #expect(throws: RoostError.self) { _ = try OllamaContext(#require(fields.value("context")), of: fields) }
        #expect(error?.code == .invalidRequest && error?.field == "context")
    }

    @Test func `a failure is a line, and waiting is silent`() {
        var translator = Self.translator()
        #expect(String(buffer: translator.fail(RoostError(.engineCrashed, "It crashed."))) == "{\"error\":\"It crashed.\"}\n")
        #expect(translator.wait("loading").readableBytes == 0)
    }
}
