import NIOCore
import RoostCore
import Testing

@testable import Engines
@testable import RoostServer

/// What engines get of the bodies of OpenAI's API, and what they do not get.
@Suite struct OpenAIRequestTests {
    private static let hello = #""messages":[{"role":"user","content":"Hello"}]"#
    private static let tools =
        #""tools":[{"type":"function","function":{"name":"a"}},{"type":"function","function":{"name":"b","parameters":{"type":"object"}}}]"#

    private func fields(_ json: String) throws -> RequestFields { try RequestFields(body: ByteBuffer(string: json)) }

    private func chat(_ more: String, messages: String = hello) throws -> String {
        String(buffer: try EngineRequest(completions: fields("{\"model\":\"a/b\",\(messages),\(more)}")).body)
    }

    private func field(_ body: () throws -> EngineRequest) throws -> String? {
        let error = #expect(throws: RoostError.self) { _ = try body() }
        #expect(error?.code == .invalidRequest)
        return error?.field
    }

    @Test func `a named tool is the only one, and has to be called`() throws {
        let body = try chat(Self.tools + #","tool_choice":{"type":"function","function":{"name":"b"}}"#)
        #expect(
            body
                == #"{"tools":[{"type":"function","function":{"name":"b","parameters":{"type":"object"}}}],\#(Self.hello),"tool_choice":"required"}"#)
        let allowed = try chat(
            Self.tools
                + #","tool_choice":{"type":"allowed_tools","allowed_tools":{"mode":"auto","tools":[{"type":"function","function":{"name":"a"}}]}}"#)
        #expect(allowed == #"{"tools":[{"type":"function","function":{"name":"a"}}],\#(Self.hello),"tool_choice":"auto"}"#)
    }

    @Test func `a choice of a tool that there is not is refused`() throws {
        for choice in [#"{"type":"function","function":{"name":"c"}}"#, #""any""#, #"{"type":"web_search"}"#, "7"] {
            #expect(
                try field { try EngineRequest(completions: fields("{\"model\":\"a/b\",\(Self.hello),\(Self.tools),\"tool_choice\":\(choice)}")) }
                    == "tool_choice")
        }
        #expect(
            try field { try EngineRequest(completions: fields("{\"model\":\"a/b\",\(Self.hello),\"tool_choice\":\"required\"}")) } == "tool_choice")
        #expect(try chat(#""tool_choice":"none""#).hasSuffix(#""tool_choice":"none"}"#))
    }

    @Test func `functions become tools, and their messages those of tools`() throws {
        let messages =
            #""messages":[{"role":"assistant","content":null,"function_call":{"name":"f","arguments":"{}"}},{"role":"function","name":"f","content":"7"}]"#
        let body = try chat(
            #""functions":[{"name":"f","parameters":{"type":"object"}},{"name":"g"}],"function_call":{"name":"f"}"#, messages: messages)
        #expect(
            body
                == #"{"tools":[{"type":"function","function":{"name":"f","parameters":{"type":"object"}}}],"messages":[{"role":"assistant","tool_calls":[{"id":"f","type":"function","function":{"name":"f","arguments":"{}"}}]},{"role":"tool","content":"7","tool_call_id":"f"}],"tool_choice":"required"}"#
        )
        #expect(try chat(#""functions":[{"name":"f"}],"function_call":"none""#).hasSuffix(#""tool_choice":"none"}"#))
        #expect(
            try field { try EngineRequest(completions: fields("{\"model\":\"a/b\",\(Self.hello),\(Self.tools),\"functions\":[{\"name\":\"f\"}]}")) }
                == "functions")
    }

    @Test func `probabilities come for as many tokens as the client wants`() throws {
        #expect(try chat(#""logprobs":true"#).hasSuffix(#""logprobs":true,"top_logprobs":1}"#))
        #expect(try chat(#""logprobs":true,"top_logprobs":3"#).hasSuffix(#""logprobs":true,"top_logprobs":3}"#))
        #expect(try chat(#""logprobs":false,"top_logprobs":0"#).hasSuffix(#""logprobs":false}"#))
    }

    @Test func `a schema is held against what grammars enforce, unless the client does without`() throws {
        let schema = #"{"type":"number","minimum":0}"#
        func body(_ more: String) throws -> EngineRequest { try EngineRequest(completions: fields("{\"model\":\"a/b\",\(Self.hello),\(more)}")) }
        #expect(
            try field { try body("\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"n\",\"schema\":\(schema)}}") }
                == "response_format.json_schema.schema")
        #expect(try field { try body("\"json_schema\":\(schema)") } == "json_schema")
        #expect(try field { try body("\"response_format\":{\"type\":\"json_object\",\"schema\":\(schema)}") } == "response_format.schema")
        _ = try body("\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"n\",\"strict\":false,\"schema\":\(schema)}}")
        #expect(
            try String(buffer: body(#""response_format":{"type":"json_object","value":{"type":"object"}}"#).body).contains(
                #""schema":{"type":"object"}"#))
        let tool = "{\"type\":\"function\",\"function\":{\"name\":\"f\",\"parameters\":\(schema)"
        #expect(try field { try body("\"tools\":[\(tool),\"strict\":true}}]") } == "tools[0].function.parameters")
        _ = try body("\"tools\":[\(tool)}}]")
    }

    @Test func `a text is continued by 16 tokens unless the client says otherwise, as in OpenAI's API`() throws {
        func request(_ more: String) throws -> EngineRequest { try EngineRequest(texts: fields("{\"model\":\"a/b\",\(more)}")) }
        let plain = try request(#""prompt":"The sea","user":"u","echo":false,"best_of":1,"suffix":"""#)
        #expect(String(buffer: plain.body) == #"{"prompt":"The sea","max_tokens":16}"#)
        #expect(plain.kind == .completion && plain.kind.path == "/v1/completions" && plain.answers == 1)
        let two = try request(#""prompt":["a","b"],"n":2,"max_tokens":3,"logprobs":0,"stream":true,"stop":"x""#)
        #expect(String(buffer: two.body) == #"{"prompt":["a","b"],"n_probs":1,"stop":"x","max_tokens":3,"n":2,"stream":true}"#)
        #expect(two.answers == 4 && two.streams)
        #expect(try request(#""prompt":[3,49151]"#).largestToken == 49151)
        for (more, name) in [
            (#""prompt":"""#, "prompt"), (#""prompt":["a","b","c","d","e"]"#, "prompt"), (#""prompt":"a","echo":true"#, "echo"),
            (#""prompt":"a","suffix":"b""#, "suffix"), (#""prompt":"a","best_of":2"#, "best_of"), (#""x":1"#, "prompt"),
            (#""prompt":"a","logprobs":true"#, "logprobs"),
        ] { #expect(try field { try request(more) } == name, "\(more)") }
    }

    @Test func `documents are ranked as texts`() throws {
        func request(_ more: String) throws -> EngineRequest { try EngineRequest(ranking: fields("{\"model\":\"a/b\",\(more)}")) }
        let ranking = try request(#""query":"q","documents":["a",{"text":"b","id":7}],"top_n":1,"return_documents":true"#)
        #expect(String(buffer: ranking.body) == #"{"query":"q","documents":["a","b"],"top_n":1}"#)
        for (more, name) in [
            (#""documents":["a"]"#, "query"), (#""query":"q""#, "documents"), (#""query":"q","documents":[]"#, "documents"),
            (#""query":"q","documents":["a",7]"#, "documents[1]"), (#""query":"q","documents":[""]"#, "documents[0]"),
            (#""query":"q","documents":["a"],"top_n":-1"#, "top_n"), (#""query":"q","documents":["a"],"texts":["a"]"#, "texts"),
        ] { #expect(try field { try request(more) } == name, "\(more)") }
    }

    @Test func `tokens, their texts and prompts are asked for within bounds`() throws {
        let tokens = try EngineRequest(tokens: fields(#"{"model":"a/b","content":["x",7],"with_pieces":true,"id_slot":1}"#))
        #expect(
            String(buffer: tokens.body) == #"{"content":["x",7],"with_pieces":true}"# && tokens.kind.path == "/tokenize" && tokens.largestToken == 7)
        let text = try EngineRequest(tokenText: fields(#"{"model":"a/b","tokens":[1,2]}"#))
        #expect(String(buffer: text.body) == #"{"tokens":[1,2]}"# && text.largestToken == 2 && text.lease.tokens == 1)
        let prompt = try EngineRequest(template: fields("{\"model\":\"a/b\",\(Self.hello)}"))
        #expect(prompt.kind.path == "/apply-template")
        #expect(try field { try EngineRequest(tokens: fields(#"{"model":"a/b","content":[null]}"#)) } == "content")
        #expect(try field { try EngineRequest(tokenText: fields(#"{"model":"a/b","tokens":[-1]}"#)) } == "tokens")
        let image = #""messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image/bmp;base64,Qk0="}}]}]"#
        #expect(throws: RoostError.self) { _ = try EngineRequest(template: fields("{\"model\":\"a/b\",\(image)}")) }
    }

    @Test func `tokens of another vocabulary are refused with advice, and requests that a model was not made for with another route`() throws {
        var facts = ModelFacts()
        facts.vocabularySize = 100
        let reference = try ModelReference(parsing: "a/b")
        func plan() -> EnginePlan { EnginePlan(facts, wantedContext: 512, availableMemory: 1 << 34) }
        func problem(_ request: EngineRequest) -> RoostError? {
            do {
                try request.check(against: plan(), of: reference)
                return nil
            } catch { return error as? RoostError }
        }
        let inside = try EngineRequest(tokenText: fields(#"{"model":"a/b","tokens":[99]}"#))
        let outside = try EngineRequest(tokenText: fields(#"{"model":"a/b","tokens":[1,100]}"#))
        #expect(problem(inside) == nil && problem(outside)?.field == "tokens")
        #expect(problem(outside)?.message.contains("the token 100, and a/b has only the tokens 0 to 99") == true)
        let ranking = try EngineRequest(ranking: fields(#"{"model":"a/b","query":"q","documents":["a"]}"#))
        let chat = try EngineRequest(completions: fields("{\"model\":\"a/b\",\(Self.hello)}"))
        let vectors = try EngineRequest(embeddings: fields(#"{"model":"a/b","input":"x"}"#))
        #expect(problem(ranking)?.field == "model" && problem(chat) == nil)
        facts.callsTools = false
        let call = try EngineRequest(completions: fields("{\"model\":\"a/b\",\(Self.hello),\(Self.tools),\"tool_choice\":\"required\"}"))
        #expect(problem(call)?.field == "tool_choice" && problem(chat) == nil)
        (facts.makesEmbeddings, facts.ranksTexts) = (true, true)
        #expect(plan().arguments.contains("--reranking") && !plan().arguments.contains("--embeddings"))
        #expect(problem(ranking) == nil && problem(inside) == nil)
        #expect(problem(chat)?.message.contains("/v1/rerank") == true && problem(vectors)?.message.contains("/v1/rerank") == true)
    }
}
