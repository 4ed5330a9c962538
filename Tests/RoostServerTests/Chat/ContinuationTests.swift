import Foundation
import ModelFormats
import NIOCore
import RoostCore
import Testing

@testable import RoostServer

/// What is needed to continue a stream after the end of its engine.
@Suite struct ContinuationTests {
    private static let role = event(#"{"choices":[{"finish_reason":null,"index":0,"delta":{"role":"assistant","content":null}}],"id":"a"}"#)

    private static func event(_ json: String) -> String { "data: \(json)\n\n" }

    private static func piece(_ text: String) -> String {
        event(#"{"choices":[{"finish_reason":null,"index":0,"delta":{"content":"\#(text)"}}],"id":"a"}"#)
    }

    private func record(_ events: String, by size: Int = .max) -> (AnswerRecord, String) {
        var record = AnswerRecord()
        var passed = ""
        var rest = ByteBuffer(string: events)
        while rest.readableBytes > 0, let part = rest.readSlice(length: min(size, rest.readableBytes)) { passed += String(buffer: record.add(part)) }
        return (record, passed)
    }

    private func request(_ extra: String = "", messages: String = #"[{"role":"user","content":"Hi"}]"#) throws -> EngineRequest {
        let body = #"{"model":"org/name","stream":true,"messages":\#(messages)\#(extra)}"#
        return try EngineRequest(completions: RequestFields(body: ByteBuffer(string: body)))
    }

    private func fields(_ request: EngineRequest) throws -> JSONValue { try JSONDocument(Array(request.body.readableBytesView)).root }

    @Test(arguments: [1, 2, 7, 64, 10_000]) func `only complete events are passed on, however the bytes are cut`(size: Int) {
        let whole = Self.role + Self.piece("one") + ":\n\n" + Self.piece(" two")
        var (record, passed) = record(whole + "data: {\"choi", by: size)
        #expect(passed == whole)
        #expect(record.text() == AnswerRecord.Text(content: "one two", tokens: 2))
        #expect(String(buffer: record.takeRest()) == "data: {\"choi")
    }

    @Test func `an answer is only continued when it consists of text and is not complete`() {
        #expect(record(Self.role).0.text() == nil, "there is no text yet")
        #expect(record("").0.text() == nil)
        let finish = Self.event(#"{"choices":[{"finish_reason":"stop","index":0,"delta":{}}]}"#)
        let reasoning = Self.event(#"{"choices":[{"finish_reason":null,"index":0,"delta":{"reasoning_content":"hm"}}]}"#)
        let call = Self.event(#"{"choices":[{"finish_reason":null,"index":0,"delta":{"tool_calls":[{"index":0}]}}]}"#)
        let second = Self.event(#"{"choices":[{"finish_reason":null,"index":1,"delta":{"content":"x"}}]}"#)
        for other in [finish, reasoning, call, second, "data: [DONE]\n\n", "data: {\"error\":{}}\n\n"] {
            #expect(record(Self.piece("one") + other).0.text() == nil, "\(other)")
        }
    }

    @Test func `a very long answer is passed on whole and not continued`() {
        let long = Self.piece(String(repeating: "x", count: 1 << 20))
        var (record, passed) = record(String(repeating: long, count: 5) + "data: {", by: 1 << 16)
        #expect(passed + String(buffer: record.takeRest()) == String(repeating: long, count: 5) + "data: {")
        #expect(record.text() == nil)
    }

    @Test func `the rest is requested with the begin as the assistant's message and fewer tokens`() throws {
        let request = try request(#","max_tokens":10,"temperature":0.5"#)
        let rest = try #require(request.continuing(.init(content: "one \"two\"", tokens: 3)))
        let fields = try fields(rest)
        #expect(fields["messages"]?.list.count == 2)
        #expect(fields["messages"]?.list.last?["role"]?.string == "assistant")
        #expect(fields["messages"]?.list.last?["content"]?.string == "one \"two\"")
        #expect(fields["max_tokens"]?.int == 7 && fields["stream"]?.bool == true && fields["temperature"]?.double == 0.5)
        #expect(fields["continue_final_message"]?.bool == true && fields["add_generation_prompt"]?.bool == false)
        #expect(rest.fingerprint == request.fingerprint && rest.streams)
    }

    @Test func `a begin that the client gave is continued`() throws {
        let request = try self.request(messages: #"[{"role":"user","content":"Hi"},{"role":"assistant","content":"Well,"}]"#)
        let fields = try fields(try #require(request.continuing(.init(content: " yes", tokens: 1))))
        #expect(fields["messages"]?.list.count == 2)
        #expect(fields["messages"]?.list.last?["content"]?.string == "Well, yes")
    }

    @Test(arguments: [
        #","max_tokens":3"#, #","tools":[{"type":"function","function":{"name":"f"}}]"#, #","response_format":{"type":"json_object"}"#, #","n":2"#,
        #","grammar":"root ::= \"a\"""#, #","logprobs":true"#, #","stream":false"#,
    ]) func `answers of other forms are not continued`(extra: String) throws {
        #expect(try request(extra).continuing(.init(content: "one", tokens: 3)) == nil)
    }

    @Test func `the second engine's events become a part of the answer`() throws {
        var events = ContinuedEvents(after: 5)
        let usage = Self.event(#"{"choices":[],"usage":{"completion_tokens":4,"prompt_tokens":25,"total_tokens":29}}"#)
        let text = String(buffer: events.translate(ByteBuffer(string: Self.role + Self.piece("x"))))
        #expect(text == Self.piece("x"))
        let last = String(buffer: events.translate(ByteBuffer(string: usage + "data: [DONE]\n\n")))
        #expect(last.hasSuffix("\n\ndata: [DONE]\n\n"))
        let json = try JSONDocument(Array(last.split(separator: "\n")[0].dropFirst(6).utf8)).root
        #expect(json["usage"]?["completion_tokens"]?.int == 9 && json["usage"]?["prompt_tokens"]?.int == 20)
        #expect(json["usage"]?["total_tokens"]?.int == 29)
        #expect(String(buffer: events.translate(ByteBuffer(string: Self.role))) == Self.role, "only the first event is left out")
    }
}
