import Foundation
import ModelFormats
import NIOCore
import RoostCore
import SystemPackage
import TestSupport
import Testing

@testable import RoostServer

/// What engines get of requests to `/v1/messages`.
@Suite struct MessagesRequestTests {
    private func request(_ more: String, messages: String = #"[{"role":"user","content":"Hi"}]"#) throws -> MessagesRequest {
        let body = "{\"model\":\"a/b\",\"max_tokens\":8,\"messages\":\(messages)\(more.isEmpty ? "" : ",")\(more)}"
        return try MessagesRequest(RequestFields(body: ByteBuffer(string: body)))
    }

    private func fixture(_ name: String) throws -> String {
        try String(contentsOfFile: TestEnvironment.testFile("../Fixtures/clients/\(name).json").string, encoding: .utf8)
    }

    private func engine(_ request: MessagesRequest) throws -> JSONValue { try JSONDocument(Array(request.engine.body.readableBytesView)).root }

    /// The engine's `messages`.
    private func messages(_ request: MessagesRequest) throws -> String {
        var text: [UInt8] = []
        try #require(try engine(request)["messages"]).write(to: &text)
        return String(decoding: text, as: UTF8.self)
    }

    private func field(_ more: String, messages: String = #"[{"role":"user","content":"Hi"}]"#) -> String? {
        do {
            _ = try request(more, messages: messages)
            return nil
        } catch {
            return (error as? RoostError).flatMap { $0.code == .invalidRequest ? $0.field : "\($0)" }
        }
    }

    @Test func `a text becomes a chat that streams, with the counts of each event`() throws {
        let asked = try request(#""system":"Be brief.","temperature":0.5,"top_p":0.9,"top_k":40,"stream":false,"keep_alive":"5m""#)
        #expect(!asked.streams && asked.maxTokens == 8 && asked.engine.streams && asked.engine.options.keepAlive != nil)
        #expect(try messages(asked) == #"[{"role":"system","content":"Be brief."},{"role":"user","content":"Hi"}]"#)
        let body = try engine(asked)
        #expect(body["temperature"]?.double == 0.5 && body["top_p"]?.double == 0.9 && body["top_k"]?.int == 40 && body["max_tokens"]?.int == 8)
        #expect(body["timings_per_token"]?.bool == true && body["stream_options"]?["include_usage"]?.bool == true)
        #expect(body["chat_template_kwargs"]?["enable_thinking"]?.bool == false && body["stop"] == nil)
    }

    @Test func `Claude Code's request keeps its order, loses the header that changes, and its system message stays in its place`() throws {
        let asked = try MessagesRequest(RequestFields(body: ByteBuffer(string: fixture("claude-code"))))
        #expect(asked.streams && asked.thinking == .text && asked.stopTexts.isEmpty)
        #expect(
            try messages(asked)
                == #"[{"role":"system","content":"You are Claude Code, Anthropic's official CLI for Claude.\n\nYou are an interactive agent that helps users with software engineering tasks."},"#
                + #"{"role":"user","content":"<system-reminder>\nAs you answer the user's questions, you can use the following context:\n# currentDate\nToday's date is 2026-11-27.\n</system-reminder>\n\nHow many files are here?"},"#
                + #"{"role":"assistant","content":"I look.","reasoning_content":"I list the folder.","tool_calls":[{"id":"toolu_01A","type":"function","function":{"name":"Bash","arguments":"{\"command\":\"ls\",\"description\":\"List the files\"}"}}]},"#
                + #"{"role":"tool","content":"a.txt\nb.txt","tool_call_id":"toolu_01A"},{"role":"user","content":"Be short.\nToken usage: 1803/200000; 198197 remaining"}]"#
        )
        let body = try engine(asked)
        #expect(body["tools"]?.list.map { $0["function"]?["name"]?.string } == ["Bash", "Read"] && body["tool_choice"] == nil)
        #expect(body["reasoning_effort"]?.string == "medium" && body["chat_template_kwargs"]?["enable_thinking"]?.bool == true)
    }

    @Test func `of two requests of Claude Code that differ in its changing header, engines get the same`() throws {
        let first = try fixture("claude-code")
        let second = first.replacing("cch=eb6c6", with: "cch=0f1e2").replacing("2.1.181.7b4", with: "2.1.181.c0f")
        #expect(first != second)
        let bodies = try [first, second].map { try MessagesRequest(RequestFields(body: ByteBuffer(string: $0))).engine.body }
        #expect(bodies[0] == bodies[1])
    }

    @Test(arguments: [
        ("x-anthropic-billing-header: cc_version=2.1; cch=a5145;You are", "You are"), ("x-anthropic-billing-header: cch=1;\nYou", "You"),
        ("x-anthropic-billing-header: what is it?", "x-anthropic-billing-header: what is it?"),
        ("You x-anthropic-billing-header: cch=1;", "You x-anthropic-billing-header: cch=1;"),
    ]) func `only the header itself is removed`(text: String, rest: String) { #expect(BillingHeader.removed(from: text) == rest) }

    @Test func `Zed's request is taken as it is`() throws {
        let asked = try MessagesRequest(RequestFields(body: ByteBuffer(string: fixture("zed-anthropic"))))
        #expect(asked.streams && asked.stopTexts.isEmpty && asked.thinking == .nothing)
        #expect(
            try messages(asked)
                == #"[{"role":"system","content":"You are a highly skilled software engineer."},{"role":"user","content":"Rename the variable in this line:\nlet a = 1;"}]"#
        )
        #expect(try engine(asked)["tool_choice"]?.string == "auto")
    }

    @Test func `messages of one author that follow each other are one turn, and results of tools stand apart`() throws {
        let given =
            #"[{"role":"user","content":"a"},{"role":"user","content":[{"type":"text","text":"b"}]},{"role":"assistant","content":[{"type":"text","text":"c"},{"type":"text","text":"d"}]},{"role":"user","content":[{"type":"text","text":"e"},{"type":"tool_result","tool_use_id":"1","content":[{"type":"text","text":"f"},{"type":"text","text":"g"}],"is_error":true},{"type":"tool_result","tool_use_id":"2"},{"type":"document","source":{"type":"text","media_type":"text/plain","data":"h"},"title":"T"}]}]"#
        #expect(
            try messages(request("", messages: given))
                == #"[{"role":"user","content":"a\nb"},{"role":"assistant","content":"cd"},{"role":"user","content":"e"},{"role":"tool","content":"Error:\nf\ng","tool_call_id":"1"},{"role":"tool","content":"","tool_call_id":"2"},{"role":"user","content":"T\nh"}]"#
        )
    }

    @Test func `an image becomes a part, and errors name it as the client does`() throws {
        let pixel = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
        func image(_ source: String) -> String {
            #"[{"role":"user","content":"a"},{"role":"user","content":[{"type":"text","text":"b"},{"type":"image","source":\#(source)}]}]"#
        }
        let asked = try request("", messages: image(#"{"type":"base64","media_type":"image/png","data":"\#(pixel)"}"#))
        #expect(
            try messages(asked)
                == #"[{"role":"user","content":[{"type":"text","text":"a"},{"type":"text","text":"b"},{"type":"image_url","image_url":{"url":"data:image/png;base64,\#(pixel)"}}]}]"#
        )
        #expect(asked.engine.media.count == 1 && asked.engine.media.firstImage == "messages[1].content[1]")
        #expect(field("", messages: image(#"{"type":"url","url":"http://127.0.0.1/x.png"}"#)) == "messages[1].content[1].source.type")
        #expect(field("", messages: image(#"{"type":"base64","data":"AAAA"}"#)) == "messages[1].content[1].source.data")
    }

    @Test func `tools are passed on, and of a named one only that`() throws {
        let tools =
            #""tools":[{"name":"f","description":"d","input_schema":{"type":"object"},"cache_control":{}},{"type":"custom","name":"g","input_schema":{}}]"#
        let all = try engine(request(tools + #","tool_choice":{"type":"any","disable_parallel_tool_use":true}"#))
        #expect(all["tools"]?.list.count == 2 && all["tool_choice"]?.string == "required" && all["parallel_tool_calls"]?.bool == false)
        let one = try engine(request(tools + #","tool_choice":{"type":"tool","name":"g"}"#))
        #expect(one["tools"]?.list.map { $0["function"]?["name"]?.string } == ["g"] && one["tool_choice"]?.string == "required")
        #expect(try engine(request(tools + #","tool_choice":{"type":"none"}"#))["tool_choice"]?.string == "none")
        #expect(field(tools + #","tool_choice":{"type":"tool","name":"h"}"#) == "tool_choice.name")
        #expect(field(#""tool_choice":{"type":"any"}"#) == "tool_choice.type")
    }

    @Test func `thoughts have a budget, and can be left out of the answer`() throws {
        let asked = try request(#""thinking":{"type":"enabled","budget_tokens":1024,"display":"omitted"}"#)
        #expect(asked.thinking == .block)
        #expect(try engine(asked)["reasoning_budget_tokens"]?.int == 1024)
        #expect(try request(#""thinking":{"type":"disabled"}"#).thinking == .nothing)
    }

    @Test func `a schema of the answer is passed on`() throws {
        let body = try engine(request(#""output_config":{"effort":"max","format":{"type":"json_schema","schema":{"type":"object"}}}"#))
        #expect(body["response_format"]?["json_schema"]?["schema"]?["type"]?.string == "object" && body["reasoning_effort"]?.string == "high")
    }

    @Test(arguments: [
        (#""temperature":1.5"#, "temperature"), (#""top_p":2"#, "top_p"), (#""top_k":-1"#, "top_k"), (#""max_tokens":0"#, "max_tokens"),
        (#""stop_sequences":"x""#, "stop_sequences"), (#""stop_sequences":[""]"#, "stop_sequences"), (#""stop_sequences":[1]"#, "stop_sequences"),
        (#""system":7"#, "system"), (#""system":[{"type":"image"}]"#, "system[0].type"), (#""tools":[{"name":"f"}]"#, "tools[0].input_schema"),
        (#""tools":[{"type":"web_search_20250305","name":"web_search"}]"#, "tools[0].type"), (#""tool_choice":"auto""#, "tool_choice"),
        (#""thinking":{"type":"enabled"}"#, "thinking.budget_tokens"), (#""thinking":{"type":"hard"}"#, "thinking.type"),
        (#""mcp_servers":[{"url":"http://x"}]"#, "mcp_servers"), (#""stream":1"#, "stream"),
        (#""output_config":{"effort":"little"}"#, "output_config.effort"),
        (#""priority":9"#, "priority"),
    ]) func `what exceeds its bounds, or cannot be had, is refused by name`(more: String, name: String) { #expect(field(more) == name) }

    @Test(arguments: [
        (#"[]"#, "messages"), (#"[{"role":"system","content":"x"}]"#, "messages"), (#"[{"role":"tool","content":"x"}]"#, "messages[0].role"),
        (#"[{"role":"user"}]"#, "messages[0].content"), (#"[{"role":"user","content":["x"]}]"#, "messages[0].content[0]"),
        (#"[{"role":"user","content":[{"type":"thinking","thinking":"x"}]}]"#, "messages[0].content[0].type"),
        (
            #"[{"role":"user","content":[{"type":"tool_result","tool_use_id":"1","content":[{"type":"tool_use"}]}]}]"#,
            "messages[0].content[0].content[0].type"
        ),
        (#"[{"role":"assistant","content":[{"type":"tool_use","id":"1","name":"f","input":"x"}]}]"#, "messages[0].content[0].input"),
    ]) func `messages are looked at block by block`(messages: String, name: String) { #expect(field("", messages: messages) == name) }

    @Test func `only a count needs no most tokens`() throws {
        let body = ByteBuffer(string: #"{"model":"a/b","messages":[{"role":"user","content":"Hi"}]}"#)
        _ = try MessagesRequest(RequestFields(body: body), isCount: true)
        let error = #expect(throws: RoostError.self) { try MessagesRequest(RequestFields(body: body)) }
        #expect(error?.field == "max_tokens")
    }
}
