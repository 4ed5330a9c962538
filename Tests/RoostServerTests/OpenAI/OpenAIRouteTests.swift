import Foundation
import NIOHTTP1
import RoostCore
import Testing

/// OpenAI's API with the real engine.
@Suite(.serialized, .timeLimit(.minutes(10))) struct OpenAIRouteTests {
    private let hello = #""model":"acme/smol--Q4_1","messages":[{"role":"user","content":"Write one sentence about the sea."}],"temperature":0"#

    private func choice(_ answer: [String: Any]) throws -> [String: Any] { try #require((answer["choices"] as? [[String: Any]])?.first) }

    /// The JSON of a stream's events.
    private func events(_ body: Data) throws -> [[String: Any]] {
        try String(decoding: body, as: UTF8.self).components(separatedBy: "\n\n").filter { $0.hasPrefix("data: {") }.map {
            try #require(try JSONSerialization.jsonObject(with: Data($0.dropFirst(6).utf8)) as? [String: Any])
        }
    }

    @Test func `chats, texts, tokens and prompts are answered under the model's name as the client wrote it`() async throws {
        try await OpenAIServer.run { server in
            let chat = try await server.patient(.POST, "/v1/chat/completions", "{\(hello),\"max_tokens\":8,\"logprobs\":true}").json()
            #expect(chat["model"] as? String == "acme/smol--Q4_1" && chat["object"] as? String == "chat.completion")
            let content = try #require((choice(chat)["logprobs"] as? [String: Any])?["content"] as? [[String: Any]])
            #expect(content.count == 8 && (content[0]["top_logprobs"] as? [Any])?.count == 1)
            let stream = try await server.patient(
                .POST, "/v1/chat/completions", "{\(hello),\"max_tokens\":4,\"stream\":true,\"stream_options\":{\"include_usage\":true}}")
            let chunks = try events(stream.body)
            #expect(
                chunks.allSatisfy { $0["model"] as? String == "acme/smol--Q4_1" }
                    && String(decoding: stream.body, as: UTF8.self).hasSuffix("data: [DONE]\n\n"))
            #expect(
                (chunks.last?["choices"] as? [Any])?.isEmpty == true && (chunks.last?["usage"] as? [String: Any])?["completion_tokens"] as? Int == 4)
            let finish = chunks.compactMap { ($0["choices"] as? [[String: Any]])?.first }.filter { $0["finish_reason"] is String }
            #expect(finish.count == 1 && finish[0]["finish_reason"] as? String == "length" && (finish[0]["delta"] as? [String: Any])?.isEmpty == true)

            let text = try await server.patient(
                .POST, "/v1/completions", #"{"model":"acme/smol","prompt":"The sea is","temperature":0,"logprobs":2}"#
            ).json()
            #expect(text["object"] as? String == "text_completion" && text["model"] as? String == "acme/smol")
            #expect((text["usage"] as? [String: Any])?["completion_tokens"] as? Int ?? 0 <= 16)
            let probabilities = try #require(try choice(text)["logprobs"] as? [String: Any])
            let tokens = try #require(probabilities["tokens"] as? [String])
            #expect(try tokens.joined() == choice(text)["text"] as? String && (probabilities["token_logprobs"] as? [Double])?.count == tokens.count)
            let two = try await server.patient(.POST, "/v1/completions", #"{"model":"acme/smol","prompt":["a","b"],"max_tokens":2}"#).json()
            #expect((two["choices"] as? [[String: Any]])?.compactMap { $0["index"] as? Int }.sorted() == [0, 1])
        }
    }

    @Test func `tokens become the text again, and those of another vocabulary are refused`() async throws {
        try await OpenAIServer.run { server in
            for path in ["/tokenize", "/v1/tokenize"] {
                let tokens = try #require(
                    try await server.patient(.POST, path, #"{"model":"acme/smol","content":"The sea"}"#).json()["tokens"] as? [Int])
                let text = try await server.patient(
                    .POST, path.replacing("tokenize", with: "detokenize"), "{\"model\":\"acme/smol\",\"tokens\":\(tokens)}"
                ).json()
                #expect(tokens.count == 2 && text["content"] as? String == "The sea")
            }
            let prompt = try await server.patient(.POST, "/apply-template", "{\(hello)}").json()["prompt"] as? String
            #expect(prompt?.contains("<|im_start|>user\nWrite one sentence about the sea.<|im_end|>") == true)
            for (path, field) in [("/detokenize", "tokens"), ("/v1/completions", "prompt")] {
                let answer = try await server.patient(.POST, path, "{\"model\":\"acme/smol\",\"\(field)\":[49152]}")
                let error = try #require(try answer.json()["error"] as? [String: Any])
                #expect(answer.status == 400 && error["param"] as? String == field && error["code"] as? String == "invalid_request", "\(error)")
                #expect((error["message"] as? String)?.contains("only the tokens 0 to 49151") == true)
            }
            let ranking = try await server.patient(.POST, "/v1/rerank", #"{"model":"acme/smol","query":"q","documents":["a"]}"#)
            #expect(ranking.status == 400 && String(decoding: ranking.body, as: UTF8.self).contains("ranks no texts"))
        }
    }

    @Test func `a named tool is called, and clients of functions get a function call`() async throws {
        try await OpenAIServer.run { server in
            let function =
                #"{"name":"get_weather","parameters":{"type":"object","properties":{"city":{"enum":["Oslo"]}},"required":["city"],"additionalProperties":false}}"#
            // The model is small: with this bias its first token begins a call, and the engine's grammar does the rest.
            let begin = #""logit_bias":{"{":100},"parallel_tool_calls":false"#
            let tools = "\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"other\"}},{\"type\":\"function\",\"function\":\(function)}]"
            let chat = try await server.patient(
                .POST, "/v1/chat/completions",
                "{\(hello),\(begin),\(tools),\"tool_choice\":{\"type\":\"function\",\"function\":{\"name\":\"get_weather\"}}}"
            ).json()
            let message = try #require(try choice(chat)["message"] as? [String: Any])
            let call = try #require((message["tool_calls"] as? [[String: Any]])?.first)
            #expect((call["function"] as? [String: String])?["name"] == "get_weather" && (call["id"] as? String)?.isEmpty == false)
            let arguments = try #require((call["function"] as? [String: String])?["arguments"])
            #expect(try JSONSerialization.jsonObject(with: Data(arguments.utf8)) as? [String: String] == ["city": "Oslo"])
            let old = try await server.patient(
                .POST, "/v1/chat/completions", "{\(hello),\(begin),\"functions\":[\(function)],\"function_call\":{\"name\":\"get_weather\"}}"
            ).json()
            #expect(try choice(old)["finish_reason"] as? String == "function_call")
            let older = try #require(try (choice(old)["message"] as? [String: Any])?["function_call"] as? [String: String])
            #expect(older["name"] == "get_weather")
        }
    }

    @Test func `a schema is kept, a cut answer is flagged, and a keyword that would be ignored is refused`() async throws {
        try await OpenAIServer.run { server in
            func format(_ schema: String) -> String {
                "\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"n\",\"strict\":true,\"schema\":\(schema)}}"
            }
            let kept = try await server.patient(
                .POST, "/v1/chat/completions",
                "{\(hello),\(format(#"{"type":"object","properties":{"kind":{"enum":["sea"]}},"required":["kind"],"additionalProperties":false}"#))}"
            ).json()
            let content = try #require(try (choice(kept)["message"] as? [String: Any])?["content"] as? String)
            #expect(try JSONSerialization.jsonObject(with: Data(content.utf8)) as? [String: String] == ["kind": "sea"])
            let cut = try await server.patient(
                .POST, "/v1/chat/completions",
                "{\(hello),\"max_tokens\":2,\(format(#"{"type":"object","properties":{"kind":{"enum":["sea"]}},"required":["kind"]}"#))}"
            ).json()
            #expect(try choice(cut)["finish_reason"] as? String == "length")
            let refused = try await server.patient(.POST, "/v1/chat/completions", "{\(hello),\(format(#"{"type":"number","minimum":3}"#))}")
            #expect(refused.status == 400 && String(decoding: refused.body, as: UTF8.self).contains("`minimum`"))
        }
    }
}
