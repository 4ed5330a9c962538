import Foundation
import HTTPTypes
import NIOCore
import RoostCore
import Testing

@testable import HTTPServing
@testable import RoostServer

/// What clients get of what engines say.
@Suite struct EngineAnswerTests {
    private func failure(_ status: Int, _ body: String, field: String = "messages") -> RoostError {
        EngineAnswer.failure(status: status, body: ByteBuffer(string: body), field: field)
    }

    private func error(_ message: String, type: String = "server_error") -> String {
        #"{"error":{"code":500,"message":"\#(message)","type":"\#(type)"}}"#
    }

    @Test func `what an engine could not make of a request is the request's fault, and nothing that clients repeat`() {
        let template = failure(500, error("Conversation roles must alternate user/assistant/user/assistant/..."))
        #expect(template.code == .invalidRequest && template.field == "messages" && template.httpStatus == .badRequest)
        let grammar = failure(400, error("Failed to parse grammar", type: "invalid_request_error"))
        #expect(grammar.code == .invalidRequest && grammar.field == "grammar")
        let named = failure(400, error("'n_cmpl' must be at most 4", type: "invalid_request_error"))
        #expect(named.field == "n_cmpl")
        let unable = failure(501, error("This server does not support embeddings.", type: "not_supported_error"), field: "input")
        #expect(unable.code == .invalidRequest && unable.field == "model")
    }

    @Test(arguments: [
        "Compute error.", "Invalid input batch.", "std::bad_alloc", "The model produced output that does not match the expected peg-native format",
    ]) func `what failed in an engine is the engine's fault`(
        message: String
    ) {
        #expect(failure(500, error(message)).httpStatus == .badGateway)
        #expect(failure(500, "no JSON").httpStatus == .badGateway)
        #expect(failure(503, error("Loading model", type: "unavailable_error")).httpStatus == .serviceUnavailable)
    }

    @Test func `a text that is too long is told in the words that agents look for`() {
        let long = failure(
            400,
            #"{"error":{"code":400,"message":"request (5000 tokens) exceeds the available context size (4096 tokens), try increasing it","type":"exceed_context_size_error","n_prompt_tokens":5000,"n_ctx":4096}}"#
        )
        #expect(long.code == .contextLengthExceeded && long.httpStatus == .badRequest && long.field == "messages")
        #expect(long.message.contains("maximum context length is 4096 tokens") && long.message.contains("exceeds the available context size"))
        let batch = failure(500, error("input (900 tokens) is too large to process. increase the physical batch size"), field: "input")
        #expect(batch.code == .contextLengthExceeded && batch.field == "input")
    }

    @Test func `errors in OpenAI's shape have all four members, also where one is null`() throws {
        let json = String(buffer: JSON.buffer(OpenAIProblem(RoostError(.engineCrashed, "It crashed."))))
        #expect(json == #"{"error":{"code":"engine_crashed","message":"It crashed.","param":null,"type":"server_error"}}"#)
    }

    @Test func `a stream passes through, however it is cut, and an error in it gets the API's shape`() throws {
        let events =
            "data: {\"choices\":[1]}\n\n:\n\ndata: {\"error\":{\"code\":500,\"message\":\"Compute error.\",\"type\":\"server_error\"}}\n\ndata: [DONE]\n\n"
        let expected =
            "data: {\"choices\":[1]}\n\n:\n\ndata: {\"error\":{\"code\":\"engine_refused\",\"message\":\"The engine failed: Compute error.\",\"param\":null,\"type\":\"server_error\"}}\n\ndata: [DONE]\n\n"
        for size in [1, 2, 3, 7, 64, 1000] {
            var translator = PassThroughTranslator(form: AnswerForm(model: "a/b"), inputField: "messages")
            var bytes = ByteBuffer(string: events)
            var told = ""
            while let piece = bytes.readSlice(length: min(size, bytes.readableBytes)), piece.readableBytes > 0 {
                told += String(buffer: try translator.translate(piece))
            }
            #expect(told + String(buffer: translator.finish()) == expected, "cut into \(size)")
        }
    }

    @Test func `what a model thinks stays apart from its text on /chat, and nothing of both is lost`() throws {
        let events = [
            #"{"choices":[{"finish_reason":null,"index":0,"delta":{"role":"assistant","content":null}}]}"#,
            #"{"choices":[{"finish_reason":null,"index":0,"delta":{"reasoning_content":"Two and "}}]}"#,
            #"{"choices":[{"finish_reason":null,"index":0,"delta":{"reasoning_content":"two"}}]}"#,
            #"{"choices":[{"finish_reason":null,"index":0,"delta":{"content":"Four"}}]}"#,
            #"{"choices":[{"finish_reason":"stop","index":0,"delta":{}}]}"#, "[DONE]",
        ]
        var translator = ChatEventTranslator()
        let told = try translator.translate(ByteBuffer(string: events.map { "data: \($0)\n\n" }.joined()))
        #expect(
            String(buffer: told)
                == #"data: {"delta":{"reasoning_content":"Two and "},"done":false}\#n\#ndata: {"delta":{"reasoning_content":"two"},"done":false}\#n\#ndata: {"delta":{"content":"Four"},"done":false}\#n\#n"#
        )
        #expect(String(buffer: try translator.finish()) == #"data: {"delta":{},"done":true,"done_reason":"stop"}\#n\#n"#)
    }

    @Test func `an event without an end is given up`() throws {
        var translator = PassThroughTranslator(form: AnswerForm(model: "a/b"), inputField: "messages")
        let piece = ByteBuffer(repeating: UInt8(ascii: "x"), count: 1 << 20)
        #expect(throws: RoostError.self) { for _ in 0..<5 { _ = try translator.translate(piece) } }
    }
}
