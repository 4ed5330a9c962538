import Engines
import Foundation
import NIOCore
import RoostCore
import Testing

@testable import RoostServer

/// What engines get of what clients send.
@Suite struct EngineRequestTests {
    private static let hello = #""messages":[{"role":"user","content":"Hello"}]"#

    private func completion(_ more: String, messages: String = hello) throws -> String {
        let fields = try RequestFields(body: ByteBuffer(string: "{\"model\":\"a/b\",\(messages)\(more.isEmpty ? "" : ",")\(more)}"))
        return String(buffer: try EngineRequest(completions: fields).body)
    }

    private func embedding(_ rest: String) throws -> String {
        String(buffer: try EngineRequest(embeddings: RequestFields(body: ByteBuffer(string: "{\"model\":\"a/b\",\(rest)}"))).body)
    }

    private func field(_ body: () throws -> String) throws -> String {
        let error = #expect(throws: RoostError.self) { try body() }
        #expect(error?.code == .invalidRequest)
        return try #require(error?.field)
    }

    @Test func `unknown fields stay behind, wherever they are, and known ones are passed on as they were written`() throws {
        let body = try completion(
            #""temperature":0.70,"id_slot":0,"chat_format":3,"user":"me","stream_options":{"include_usage":true,"x":1},"seed":null,"response_format":{"type":"json_schema","json_schema":{"name":"n","schema":{"type":"object","properties":{"z":{"type":"string"},"a":{"type":"integer"}}},"y":2}}"#,
            messages: #""messages":[{"role":"user","content":[{"type":"text","text":"Hé\u0021","cache_control":{}}],"evil":{"a":1}}]"#)
        #expect(
            body
                == #"{"messages":[{"role":"user","content":[{"type":"text","text":"Hé\u0021"}]}],"temperature":0.70,"response_format":{"type":"json_schema","json_schema":{"name":"n","schema":{"type":"object","properties":{"z":{"type":"string"},"a":{"type":"integer"}}}}},"stream_options":{"include_usage":true}}"#
        )
    }

    @Test func `of a repeated field the last counts, and the engine sees one`() throws {
        #expect(try completion(#""n":1,"max_tokens":5,"n":2"#).hasSuffix(#""max_tokens":5,"n":2}"#))
        #expect(try field { try completion(#""n":1,"n":9"#) } == "n")
    }

    @Test(arguments: [
        (#""logprobs":60000"#, "logprobs"), (#""n_probs":60000"#, "n_probs"), (#""top_logprobs":21"#, "top_logprobs"), (#""n":5"#, "n"),
        (#""n":0"#, "n"),
        (#""n_cmpl":5"#, "n_cmpl"), (#""max_tokens":0"#, "max_tokens"), (#""max_tokens":1e400"#, "max_tokens"),
        (#""temperature":"hot""#, "temperature"),
        (#""stop":[1]"#, "stop"), (#""logit_bias":{"1":1e9}"#, "logit_bias"), (#""logit_bias":[[1]]"#, "logit_bias"),
        (#""functions":[]"#, "functions"),
        (#""modalities":["audio"]"#, "modalities"), (#""tool_choice":{"type":"function"}"#, "tool_choice.function"),
        (#""top_logprobs":3"#, "top_logprobs"), (#""json_schema":"x""#, "json_schema"),
        (#""response_format":{"type":"xml"}"#, "response_format.type"), (#""response_format":[]"#, "response_format"), (#""grammar":{}"#, "grammar"),
        (#""tools":[{"type":"web"}]"#, "tools[0].type"), (#""chat_template_kwargs":[]"#, "chat_template_kwargs"),
        (#""dimensions":1,"lora":[]"#, "lora"),
        (#""repeat_last_n":2000000000"#, "repeat_last_n"), (#""stream":"yes""#, "stream"),
    ]) func `what exceeds its bounds, or cannot be had, is refused by name`(more: String, name: String) throws {
        #expect(try field { try completion(more) } == name)
    }

    @Test(arguments: [
        ("completions", 1 << 20, true), ("completions", 1 << 10, false), ("texts", 1 << 20, true), ("tokens", 1 << 20, true),
        ("embeddings", 1 << 20, true), ("embeddings of two", 600 << 10, false), ("embeddings of two", 1 << 20, true),
        ("ranking", 1 << 20, true), ("ranking", 900 << 10, false),
    ]) func `a text that is far too long for any context is refused before an engine reads it`(kind: String, bytes: Int, isRefused: Bool) throws {
        let text = String(repeating: "x", count: bytes)
        func fields(_ rest: String) throws -> RequestFields { try RequestFields(body: ByteBuffer(string: "{\"model\":\"a/b\",\(rest)}")) }
        let request =
            switch kind {
            case "completions": try EngineRequest(completions: fields("\"messages\":[{\"role\":\"user\",\"content\":\"\(text)\"}]"))
            case "texts": try EngineRequest(texts: fields("\"prompt\":\"\(text)\""))
            case "tokens": try EngineRequest(tokens: fields("\"content\":\"\(text)\""))
            case "embeddings": try EngineRequest(embeddings: fields("\"input\":\"\(text)z\""))
            case "embeddings of two": try EngineRequest(embeddings: fields("\"input\":[\"\(text)\",\"\(text)z\"]"))
            default: try EngineRequest(ranking: fields("\"query\":\"q\",\"documents\":[\"\(text)\",\"short\"]"))
            }
        var facts = ModelFacts()
        facts.makesEmbeddings = kind.hasPrefix("embeddings") || kind == "ranking"
        facts.ranksTexts = kind == "ranking"
        let plan = EnginePlan(facts, wantedContext: 8192, availableMemory: 1 << 40)
        let model = try ModelReference(parsing: "a/b")
        guard isRefused else { return try request.check(against: plan, of: model) }
        let error = #expect(throws: RoostError.self) { try request.check(against: plan, of: model) }
        #expect(error?.code == .contextLengthExceeded && error?.field == request.kind.inputField)
        #expect(error?.message.contains("of text, and at most 1.05 MB are read at once") == true)
        // A longer context reads more. The plan has one only for a model that generates.
        guard !facts.makesEmbeddings else { return }
        try request.check(against: EnginePlan(facts, wantedContext: 131_072, availableMemory: 1 << 40), of: model)
    }

    @Test(arguments: [
        (#"["top_k","temperature"]"#, true), (#"["top-k","nucleus","temp"]"#, true), (#""kpt""#, true), ("[]", true),
        (#"["infill"]"#, false), (#""i""#, false), (#"["dry","dry"]"#, false), (#"["typ_p","typical"]"#, false), (#""kk""#, false), ("[7]", false),
        ("7", false),
    ]) func `samplers are known ones, each once`(samplers: String, isRight: Bool) throws {
        let more = "\"samplers\":\(samplers)"
        guard isRight else { return #expect(try field { try completion(more) } == "samplers") }
        #expect(try completion(more).hasSuffix("\(more)}"))
    }

    @Test func `the two names of the number of answers exclude each other`() throws {
        #expect(try field { try completion(#""n":1,"n_cmpl":4"#) } == "n_cmpl")
        let fields = try RequestFields(body: ByteBuffer(string: "{\"model\":\"a/b\",\(Self.hello),\"n_cmpl\":4}"))
        let request = try EngineRequest(completions: fields)
        #expect(request.answers == 4 && String(buffer: request.body).hasSuffix("\"n_cmpl\":4}"))
    }

    @Test func `the copies of a query for many documents are bounded`() throws {
        func rank(_ bytes: Int) throws -> String {
            let documents = Array(repeating: "\"d\"", count: 100).joined(separator: ",")
            let body = "{\"model\":\"a/b\",\"query\":\"\(String(repeating: "q", count: bytes))\",\"documents\":[\(documents)]}"
            return String(buffer: try EngineRequest(ranking: RequestFields(body: ByteBuffer(string: body))).body)
        }
        _ = try rank((8 << 20) / 100)
        #expect(try field { try rank((8 << 20) / 100 + 1) } == "query")
    }

    @Test func `requests for one answer have an outline, so that Roost chooses their slots`() throws {
        func texts(_ rest: String) throws -> LeaseRequest {
            try EngineRequest(texts: RequestFields(body: ByteBuffer(string: "{\"model\":\"a/b\",\(rest)}"))).lease
        }
        #expect(try texts(#""prompt":"one""#).prompt != nil)
        #expect(try texts(#""prompt":["one","two"]"#).prompt == nil)
    }

    @Test func `harmless forms of what cannot be had are taken`() throws {
        #expect(try completion(#""modalities":["text"],"user":"u","metadata":{"a":"b"},"service_tier":"auto""#) == completion(""))
        #expect(try completion(#""stop":"x","logit_bias":{"15043":-100},"n":4"#).contains(#""logit_bias":{"15043":-100}"#))
    }

    @Test(arguments: [
        (#"{"role":"user"}"#, "messages[0].content"), (#"{"role":"assistant"}"#, "messages[0].content"),
        (#"{"role":"wizard","content":"x"}"#, "messages[0].role"),
        (#"{"role":"user","content":7}"#, "messages[0].content"), (#"{"role":"user","content":[]}"#, "messages[0].content"),
        (#"{"role":"user","content":["x"]}"#, "messages[0].content[0]"),
        (#"{"role":"user","content":[{"type":"text","text":"x"},{"type":"video_url"}]}"#, "messages[0].content[1].type"),
        (#"{"role":"user","content":[{"type":"text"}]}"#, "messages[0].content[0].text"),
        (
            #"{"role":"assistant","tool_calls":[{"type":"function","function":{"name":"f","arguments":7}}]}"#,
            "messages[0].tool_calls[0].function.arguments"
        ),
    ]) func `messages are looked at part by part`(message: String, name: String) throws {
        #expect(try field { try completion("", messages: "\"messages\":[\(message)]") } == name)
    }

    @Test func `reasoning and what controls it are passed on, in messages and beside them`() throws {
        let message = #"{"role":"assistant","content":"4","reasoning_content":"2 and 2"}"#
        let options =
            #""reasoning_effort":"low","reasoning_format":"deepseek","reasoning_budget_tokens":64,"chat_template_kwargs":{"enable_thinking":false}"#
        #expect(try completion(options, messages: "\"messages\":[\(message)]") == "{\"messages\":[\(message)],\(options)}")
    }

    @Test func `tools and the choice among them are passed on as they were written`() throws {
        let tools = #""tools":[{"type":"function","function":{"name":"f","description":"d","parameters":{"type":"object"},"strict":true}}]"#
        let choice = #""tool_choice":"required","parallel_tool_calls":false"#
        let messages = #""messages":[{"role":"tool","content":"7","tool_call_id":"1"}]"#
        // A prompt begins with the tools.
        #expect(try completion("\(tools),\(choice)", messages: messages) == "{\(tools),\(messages),\(choice)}")
    }

    @Test func `an assistant's calls of tools need no content`() throws {
        let message = #"{"role":"assistant","tool_calls":[{"id":"1","type":"function","function":{"name":"f","arguments":"{\"a\":[1]}"}}]}"#
        #expect(try completion("", messages: "\"messages\":[\(message)]") == "{\"messages\":[\(message)]}")
    }

    // Each of these crashes an engine without a bound.
    @Test func `what engines work on by recursion is bounded in depth`() throws {
        func nested(_ open: String, _ close: String, _ depth: Int) -> String {
            String(repeating: open, count: depth) + String(repeating: close, count: depth)
        }
        let grammar = "root ::= " + nested("(", ")", 100_000)
        #expect(try field { try completion("\"grammar\":\"\(grammar)\"") } == "grammar")
        #expect(try field { try completion("\"grammar\":\"root ::= \(nested("(", ")", 257))\"") } == "grammar")
        #expect(try completion(#""grammar":"root ::= (\"a\" | \"b\")*""#).contains("grammar"))
        let schema = String(repeating: #"{"items":"#, count: 40) + "{}" + String(repeating: "}", count: 40)
        #expect(try field { try completion("\"json_schema\":\(schema)") } == "json_schema")
        #expect(try field { try completion("\"response_format\":{\"type\":\"json_object\",\"schema\":\(schema)}") } == "response_format.schema")
        let tool = #"[{"type":"function","function":{"name":"f","parameters":\#(schema)}}]"#
        #expect(try field { try completion("\"tools\":\(tool)") } == "tools[0].function.parameters")
        let pattern = #"{"type":"string","pattern":"\#(nested("(", ")", 257))"}"#
        #expect(try field { try completion("\"json_schema\":\(pattern)") } == "json_schema")
        let references = (0..<200).map { "\"a\($0)\":{\"$ref\":\"#/a\($0 + 1)\"}" }.joined(separator: ",")
        #expect(try field { try completion("\"json_schema\":{\(references)}") } == "json_schema")
        let rules = (0..<1001).map { "a\($0)::=a\($0 + 1)" }.joined(separator: "\\n")
        #expect(try field { try completion("\"grammar\":\"\(rules)\"") } == "grammar")
        let arguments = nested("[", "]", 65)
        let call = #"{"role":"assistant","tool_calls":[{"type":"function","function":{"name":"f","arguments":"\#(arguments)"}}]}"#
        #expect(try field { try completion("", messages: "\"messages\":[\(call)]") } == "messages[0].tool_calls[0].function.arguments")
        #expect(try field { try completion("\"x\":\(nested("[", "]", 1000))") } == "body")
    }

    @Test func `a schema of ordinary size is taken with its properties in their order`() throws {
        let properties = (0..<200).map { "\"p\(199 - $0)\":{\"type\":\"string\",\"pattern\":\"^(a|b)+$\"}" }.joined(separator: ",")
        let schema = "{\"type\":\"object\",\"properties\":{\(properties)}}"
        #expect(try completion("\"json_schema\":\(schema)").contains("\"json_schema\":\(schema)"))
    }

    @Test(arguments: [
        (#""input":"""#, "input"), (#""input":[]"#, "input"), (#""input":7"#, "input"), (#""input":[[]]"#, "input[0]"),
        (#""input":["a",-7]"#, "input[1]"),
        (#""input":[-1]"#, "input[0]"), (#""input":[3000000000]"#, "input[0]"), (#""input":{}"#, "input"),
        (#""input":"a","encoding_format":"hex""#, "encoding_format"), (#""x":1"#, "input"),
    ]) func `embeddings take texts and tokens, and name what is wrong`(rest: String, name: String) throws {
        #expect(try field { try embedding(rest) } == name)
    }

    @Test func `embeddings pass on what was asked, and nothing else`() throws {
        #expect(try embedding(#""input":["a","b"],"user":"u","encoding_format":"base64""#) == #"{"input":["a","b"],"encoding_format":"base64"}"#)
        #expect(try embedding(#""input":[[1,2],"x"],"id_slot":1"#) == #"{"input":[[1,2],"x"]}"#)
        // Vectors that are shortened here are encoded afterwards.
        #expect(try embedding(#""input":"a","dimensions":3,"encoding_format":"base64""#) == #"{"input":"a"}"#)
    }

    @Test func `a request is held against what its engine was started for`() throws {
        var facts = ModelFacts()
        let chat = EnginePlan(facts, wantedContext: 512, availableMemory: 1 << 34)
        facts.makesEmbeddings = true
        let vectors = EnginePlan(facts, wantedContext: 512, availableMemory: 1 << 34)
        facts = ModelFacts()
        facts.weightBytes = 1 << 30
        let small = EnginePlan(facts, wantedContext: 4096, availableMemory: 1 << 30)
        let reference = try ModelReference(parsing: "a/b")
        func request(_ json: String, isChat: Bool) throws -> EngineRequest {
            let fields = try RequestFields(body: ByteBuffer(string: json))
            return isChat ? try EngineRequest(completions: fields) : try EngineRequest(embeddings: fields)
        }
        func field(_ request: EngineRequest, _ plan: EnginePlan) -> String? {
            do {
                try request.check(against: plan, of: reference)
                return nil
            } catch { return (error as? RoostError)?.field }
        }
        let (asks, embeds) = (
            try request("{\"model\":\"a/b\",\"n\":2,\(Self.hello)}", isChat: true), try request(#"{"model":"a/b","input":"x"}"#, isChat: false)
        )
        #expect(field(asks, chat) == nil && field(embeds, vectors) == nil)
        #expect(field(asks, vectors) == "model" && field(embeds, chat) == "model")
        #expect(small.slots == 1 && field(asks, small) == "n")
    }

    @Test func `equal requests have equal fingerprints, whatever stays behind`() throws {
        func fingerprint(_ more: String) throws -> RequestFingerprint {
            try EngineRequest(completions: RequestFields(body: ByteBuffer(string: "{\"model\":\"a/b\",\(Self.hello)\(more)}"))).fingerprint
        }
        #expect(try fingerprint("") == fingerprint(",  \"user\": \"x\""))
        #expect(try fingerprint("") != fingerprint(",\"n\":2"))
    }
}
