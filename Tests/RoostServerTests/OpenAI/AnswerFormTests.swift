import Foundation
import NIOCore
import RoostCore
import Testing

@testable import RoostServer

/// What clients get of an engine's answer: its bytes, except where the API has another form.
@Suite struct AnswerFormTests {
    private func translated(_ json: String, _ change: (inout AnswerForm) throws -> Void = { _ in }) throws -> String {
        var form = AnswerForm(model: "org/name")
        try change(&form)
        return String(buffer: try form.translated(ByteBuffer(string: json)))
    }

    @Test func `only the model's name is another one, and no text that looks like it`() throws {
        let answer =
            #"{"choices":[{"message":{"content":"say \"model\":\"x\" and {\"model\":\"y\"}"}}],"created":1,"model":"file \"1\".gguf","object":"chat.completion"}"#
        #expect(
            try translated(answer)
                == #"{"choices":[{"message":{"content":"say \"model\":\"x\" and {\"model\":\"y\"}"}}],"created":1,"model":"org/name","object":"chat.completion"}"#
        )
        #expect(try translated(#"{"model":"x","a":1}"#) == #"{"model":"org/name","a":1}"#)
        for other in [#"{"a":["model","x"]}"#, #"{"prompt":"model"}"#, #"{"model":7}"#, #"{"model":"x"#, "[]"] {
            #expect(try translated(other) == other, "\(other)")
        }
    }

    @Test func `clients of functions get function calls, in one piece and in a stream`() throws {
        let whole = try translated(
            #"{"choices":[{"finish_reason":"tool_calls","index":0,"message":{"content":null,"role":"assistant","tool_calls":[{"function":{"arguments":"{}","name":"f"},"id":"1","type":"function"}]}}],"model":"x"}"#
        ) { $0.hasFunctions = true }
        #expect(
            whole
                == #"{"choices":[{"finish_reason":"function_call","index":0,"message":{"content":null,"function_call":{"arguments":"{}","name":"f"},"role":"assistant"}}],"model":"org/name"}"#
        )
        let piece = try translated(
            #"{"choices":[{"delta":{"tool_calls":[{"function":{"arguments":"{"},"index":0}]},"finish_reason":null,"index":0}]}"#
        ) { $0.hasFunctions = true }
        #expect(piece == #"{"choices":[{"delta":{"function_call":{"arguments":"{"}},"finish_reason":null,"index":0}]}"#)
    }

    @Test func `texts get probabilities in their own form`() throws {
        let answer = try translated(
            #"{"choices":[{"index":0,"logprobs":{"content":[{"bytes":[97],"id":1,"logprob":-0.5,"token":"é ","top_logprobs":[{"logprob":-0.5,"token":"é "},{"logprob":-2,"token":"b"}]},{"id":2,"logprob":-1,"token":"c","top_logprobs":[]}]},"text":"é c"}]}"#
        ) { $0.hasTextProbabilities = true }
        #expect(
            answer
                == #"{"choices":[{"index":0,"logprobs":{"text_offset":[0,2],"token_logprobs":[-0.5,-1],"tokens":["é ","c"],"top_logprobs":[{"b":-2,"é ":-0.5},{}]},"text":"é c"}]}"#
        )
    }

    @Test func `ranked documents come back when the client wants them`() throws {
        let answer = try translated(#"{"model":"x","results":[{"index":1,"relevance_score":2.5},{"index":0,"relevance_score":-1}]}"#) {
            $0.documents = ["first", "second"]
        }
        #expect(
            answer
                == #"{"model":"org/name","results":[{"document":{"text":"second"},"index":1,"relevance_score":2.5},{"document":{"text":"first"},"index":0,"relevance_score":-1}]}"#
        )
    }

    private let vectors = #"{"data":[{"embedding":[3,4,12],"index":0,"object":"embedding"}],"model":"x","object":"list","usage":{"prompt_tokens":1}}"#

    private func form(_ more: String) throws -> VectorForm? {
        try VectorForm(RequestFields(body: ByteBuffer(string: "{\"model\":\"a/b\"\(more)}")))
    }

    @Test func `shortened vectors have length 1 again, as numbers and in base64`() throws {
        let numbers = try translated(vectors) { $0.vectors = try form(#","dimensions":2"#) }
        #expect(
            numbers
                == #"{"data":[{"object":"embedding","index":0,"embedding":[0.6,0.8]}],"model":"org/name","object":"list","usage":{"prompt_tokens":1}}"#
        )
        let text = try translated(vectors) { $0.vectors = try form(#","dimensions":2,"encoding_format":"base64""#) }
        #expect(text.contains(#""embedding":"mpkZP83MTD8=""#), "\(text)")
        let raw = try translated(vectors) { $0.vectors = try form(#","dimensions":2,"embd_normalize":-1"#) }
        #expect(raw.contains(#""embedding":[3.0,4.0]"#), "\(raw)")
        #expect(try form("") == nil)
        #expect(throws: RoostError.self) { try translated(vectors) { $0.vectors = try form(#","dimensions":4"#) } }
        #expect(throws: RoostError.self) { try form(#","dimensions":0"#) }
    }
}
