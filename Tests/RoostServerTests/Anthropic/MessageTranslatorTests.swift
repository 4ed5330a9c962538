import Foundation
import HTTPServing
import HTTPTypes
import NIOCore
import RoostAPI
import RoostCore
import Testing

@testable import RoostServer

/// The events and messages that clients of `/v1/messages` get of an engine's answer.
@Suite struct MessageTranslatorTests {
    private struct Event: Equatable {
        let name: String
        let data: String
    }

    private static func chunk(_ delta: String, timings: String = #","timings":{"cache_n":3,"prompt_n":7,"predicted_n":1}"#) -> String {
        "data: {\"choices\":[{\"finish_reason\":null,\"index\":0,\"delta\":\(delta)}]\(timings)}\n\n"
    }

    private static func end(_ reason: String, tokens: Int = 5) -> String {
        "data: {\"choices\":[{\"finish_reason\":\"\(reason)\",\"index\":0,\"delta\":{}}]}\n\n"
            + "data: {\"choices\":[],\"usage\":{\"completion_tokens\":\(tokens),\"prompt_tokens\":10,\"prompt_tokens_details\":{\"cached_tokens\":3}},\"timings\":{\"cache_n\":3,\"prompt_n\":7,\"predicted_n\":\(tokens)}}\n\ndata: [DONE]\n\n"
    }

    private func translator(stop: [String] = [], maxTokens: Int = 100, thinking: MessageThinking.Shown = .text) -> MessageTranslator {
        MessageTranslator(MessageReader(stopTexts: stop, maxTokens: maxTokens), thinking: thinking, MessageHead(model: "a/b", requestID: "7"))
    }

    private func events(_ text: String) -> [Event] {
        text.components(separatedBy: "\n\n").filter { !$0.isEmpty && !$0.hasPrefix(":") }.map { part in
            let lines = part.components(separatedBy: "\n")
            #expect(lines.count == 2 && lines[0].hasPrefix("event: ") && lines[1].hasPrefix("data: "), "\(part)")
            return Event(name: String(lines[0].dropFirst(7)), data: String(lines[1].dropFirst(6)))
        }
    }

    private func translate(_ answer: String, by size: Int = .max, _ translator: MessageTranslator) throws -> [Event] {
        var (translator, told, rest) = (translator, "", ByteBuffer(string: answer))
        while rest.readableBytes > 0, !translator.isComplete, let part = rest.readSlice(length: min(size, rest.readableBytes)) {
            told += String(buffer: try translator.translate(part))
        }
        told += String(buffer: try translator.finish())
        return events(told)
    }

    @Test(arguments: [1, 7, 64, .max]) func `thoughts, text and calls are blocks that begin and end, however the bytes are cut`(size: Int) throws {
        let answer = [
            Self.chunk(#"{"role":"assistant","content":null}"#), Self.chunk(#"{"reasoning_content":"Hm"}"#), Self.chunk(#"{"content":"I "}"#),
            Self.chunk(#"{"content":"look"}"#),
            Self.chunk(#"{"tool_calls":[{"index":0,"id":"c1","type":"function","function":{"name":"ls","arguments":"{"}}]}"#),
            Self.chunk(#"{"tool_calls":[{"index":0,"function":{"arguments":"}"}}]}"#),
            Self.chunk(#"{"tool_calls":[{"index":1,"id":"c2","type":"function","function":{"name":"pwd","arguments":""}}]}"#), Self.end("tool_calls"),
        ].joined()
        let events = try translate(answer, by: size, translator())
        #expect(
            events.map(\.name) == [
                "message_start", "content_block_start", "content_block_delta", "content_block_delta", "content_block_stop", "content_block_start",
                "content_block_delta", "content_block_delta", "content_block_stop", "content_block_start", "content_block_delta",
                "content_block_delta", "content_block_stop", "content_block_start", "content_block_stop", "message_delta", "message_stop",
            ])
        #expect(
            events[0].data.replacing(/msg_\w+/, with: "msg_1").replacing(/"output_tokens":\d/, with: #""output_tokens":1"#)
                == #"{"message":{"content":[],"id":"msg_1","model":"a/b","role":"assistant","stop_reason":null,"stop_sequence":null,"type":"message","usage":{"cache_creation_input_tokens":0,"cache_read_input_tokens":3,"input_tokens":7,"output_tokens":1}},"type":"message_start"}"#
        )
        #expect(events[1].data == #"{"content_block":{"signature":"","thinking":"","type":"thinking"},"index":0,"type":"content_block_start"}"#)
        #expect(events[2].data == #"{"delta":{"thinking":"Hm","type":"thinking_delta"},"index":0,"type":"content_block_delta"}"#)
        #expect(events[3].data == #"{"delta":{"signature":"roost","type":"signature_delta"},"index":0,"type":"content_block_delta"}"#)
        #expect(events[5].data == #"{"content_block":{"text":"","type":"text"},"index":1,"type":"content_block_start"}"#)
        #expect(events[7].data == #"{"delta":{"text":"look","type":"text_delta"},"index":1,"type":"content_block_delta"}"#)
        #expect(events[9].data == #"{"content_block":{"id":"c1","input":{},"name":"ls","type":"tool_use"},"index":2,"type":"content_block_start"}"#)
        #expect(events[11].data == #"{"delta":{"partial_json":"}","type":"input_json_delta"},"index":2,"type":"content_block_delta"}"#)
        #expect(events[13].data.contains(#""id":"c2""#) && events[14].data == #"{"index":3,"type":"content_block_stop"}"#)
        #expect(
            events[15].data
                == #"{"delta":{"stop_reason":"tool_use","stop_sequence":null},"type":"message_delta","usage":{"cache_creation_input_tokens":0,"cache_read_input_tokens":3,"input_tokens":7,"output_tokens":5}}"#
        )
    }

    @Test(arguments: [1, 50, .max]) func `a stop text ends the answer, and is told`(size: Int) throws {
        let answer = [Self.chunk(#"{"content":"one E"}"#), Self.chunk(#"{"content":"ND two"}"#), Self.chunk(#"{"content":" three"}"#)].joined()
        let events = try translate(answer, by: size, translator(stop: ["END"]))
        #expect(
            events.filter { $0.name == "content_block_delta" }.map(\.data) == [
                #"{"delta":{"text":"one ","type":"text_delta"},"index":0,"type":"content_block_delta"}"#
            ])
        #expect(events.suffix(2).first?.data.contains(#"{"stop_reason":"stop_sequence","stop_sequence":"END"}"#) == true)
    }

    @Test func `the limit and the end of the context are told apart, and what was held back comes at the end`() throws {
        func reason(_ tokens: Int) throws -> String? {
            let events = try translate(
                Self.chunk(#"{"content":"one E"}"#) + Self.end("length", tokens: tokens), translator(stop: ["END"], maxTokens: 8))
            #expect(events.filter { $0.name == "content_block_delta" }.map { $0.data.contains("one ") || $0.data.contains(#""E""#) } == [true, true])
            return events.first { $0.name == "message_delta" }?.data.firstMatch(of: /"stop_reason":"(\w+)"/).map { String($0.1) }
        }
        #expect(try reason(8) == "max_tokens" && reason(7) == "model_context_window_exceeded")
        let empty = try translate(Self.chunk(#"{"role":"assistant","content":null}"#) + Self.end("stop"), translator())
        #expect(empty.map(\.name) == ["message_start", "message_delta", "message_stop"] && empty[1].data.contains(#""stop_reason":"end_turn""#))
    }

    @Test func `thoughts that the client did not ask for stay hidden, or become an empty block`() throws {
        let answer = Self.chunk(#"{"reasoning_content":"secret"}"#) + Self.chunk(#"{"content":"4"}"#) + Self.end("stop")
        let hidden = try translate(answer, translator(thinking: .nothing))
        #expect(!hidden.contains { $0.data.contains("secret") || $0.data.contains("thinking") } && hidden[1].data.contains(#""index":0"#))
        let block = try translate(answer, translator(thinking: .block))
        #expect(!block.contains { $0.data.contains("secret") } && block[1].data.contains("thinking") && block[2].data.contains("signature_delta"))
    }

    @Test func `while nothing comes, pings tell that the connection lives, and a failure is an event`() {
        var translator = translator()
        #expect(String(buffer: translator.wait("generating")) == ": generating\n\nevent: ping\ndata: {\"type\":\"ping\"}\n\n")
        #expect(
            String(buffer: translator.fail(RoostError(.enginesBusy, "Busy.")))
                == "event: error\ndata: {\"error\":{\"message\":\"Busy.\",\"type\":\"overloaded_error\"},\"request_id\":\"7\",\"type\":\"error\"}\n\n"
        )
        #expect(throws: RoostError.self) { try self.translate(Self.chunk(#"{"content":"one"}"#), self.translator()) }
    }

    @Test func `a message in one piece has the same blocks, and arguments in the model's order`() throws {
        var answer = ChatAnswer()
        for piece in [
            .reasoning("Hm"), .text("I \"look\""), .toolCall(.init(index: 0, id: "c1", name: "ls", arguments: #"{"b":1,"#)),
            .toolCall(.init(index: 0, arguments: #""a":2}"#)),
        ] as [ChatPiece] { try answer.add(piece) }
        func body(_ end: MessageEnd.Reason, _ answer: ChatAnswer, stop: String? = nil) throws -> String {
            let message = MessageAnswer(
                head: MessageHead(model: "a/b", requestID: nil), chat: answer, end: MessageEnd(reason: end, stopSequence: stop), figures: .init(),
                thinking: .text)
            return String(buffer: try message.body()).replacing(/msg_\w+/, with: "msg_1")
        }
        #expect(
            try body(.toolUse, answer)
                == #"{"id":"msg_1","type":"message","role":"assistant","model":"a/b","stop_reason":"tool_use","stop_sequence":null,"content":[{"type":"thinking","thinking":"Hm","signature":"roost"},{"type":"text","text":"I \"look\""},{"type":"tool_use","id":"c1","name":"ls","input":{"b":1,"a":2}}],"usage":{"cache_creation_input_tokens":0,"cache_read_input_tokens":0,"input_tokens":0,"output_tokens":0}}"#
        )
        var cut = ChatAnswer()
        try cut.add(.toolCall(.init(index: 0, id: "c", name: "f", arguments: #"{"a":"#)))
        #expect(try body(.maxTokens, cut, stop: "x").contains(#""stop_sequence":"x","content":[{"type":"tool_use","id":"c","name":"f","input":{}}]"#))
        #expect(throws: RoostError.self) { try body(.toolUse, cut) }
    }

    @Test(arguments: [
        (RoostError(.modelNotFound, "x"), 404, "not_found_error"), (RoostError(.rateLimited, "x"), 429, "rate_limit_error"),
        (RoostError(.enginesBusy, "x"), 529, "overloaded_error"), (RoostError(.modelLoading, "x"), 529, "overloaded_error"),
        (RoostError(.engineMissing, "x"), 503, "api_error"), (RoostError(.tooLarge, "x"), 413, "request_too_large"),
        (RoostError(.forbiddenHost, "x"), 403, "permission_error"), (RoostError(.timedOut, "x"), 408, "timeout_error"),
        (RoostError(.engineCrashed, "x"), 502, "api_error"), (RoostError(.methodNotAllowed, "x"), 405, "invalid_request_error"),
    ]) func `errors have Anthropic's types and statuses`(error: RoostError, status: Int, type: String) {
        #expect(AnthropicProblem.status(of: error).code == status)
        #expect(String(buffer: JSON.buffer(AnthropicProblem(error, requestID: "7"))).contains("\"\(type)\""))
    }

    @Test func `a prompt that is too long is told in Claude Code's words`() {
        let error = RoostError(.contextLengthExceeded, "`messages` take 5000 tokens.").adding("prompt_tokens", "5000").adding(
            "context_length", "4096")
        let told = String(buffer: JSON.buffer(AnthropicProblem(error, requestID: nil)))
        #expect(told.contains("prompt is too long: 5000 tokens > 4096 maximum. `messages` take 5000 tokens."))
    }
}
