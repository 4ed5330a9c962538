import Engines
import ModelFormats
import NIOCore
import RoostCore
import Testing

@testable import RoostServer

/// What a model is asked for a response.
@Suite struct ResponseRequestTests {
    private func request(_ more: String) throws -> ResponseRequest {
        try ResponseRequest(RequestFields(body: ByteBuffer(string: "{\"model\":\"a/b\",\(more)}")), canStore: true)
    }

    /// The body for the engine, without the sampling parameters that are always there.
    private func chat(_ more: String) throws -> String {
        String(buffer: try request(more).engineRequest().body)
            .replacing(#","temperature":0.8,"top_p":0.95,"frequency_penalty":0.0,"presence_penalty":0.0"#, with: "")
    }

    private func field(_ more: String) throws -> String? {
        let error = #expect(throws: RoostError.self) { _ = try request(more).engineRequest() }
        #expect(error?.code == .invalidRequest)
        return error?.field
    }

    @Test func `a text and instructions become a conversation`() throws {
        #expect(
            try chat(
                #""input":"Hi","instructions":"Be brief.","max_output_tokens":9,"store":false,"user":"u","include":["reasoning.encrypted_content"]"#)
                == #"{"messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"Hi"}],"max_tokens":9,"stream":true}"#)
        #expect(
            try String(buffer: request(#""input":"Hi","temperature":0,"top_p":0.5"#).engineRequest().body).contains(#""temperature":0.0,"top_p":0.5"#)
        )
    }

    @Test func `the items of a turn become one message, and system texts at the begin one too`() throws {
        let input = """
            [{"role":"developer","content":"D"},{"type":"message","role":"user","content":[{"type":"input_text","text":"Q"}]},\
            {"type":"reasoning","id":"rs_1","summary":[],"content":[{"type":"reasoning_text","text":"hm"}],"encrypted_content":null},\
            {"type":"message","role":"assistant","id":"msg_1","status":"completed","content":[{"type":"output_text","text":"A","annotations":[]}]},\
            {"type":"function_call","call_id":"c1","name":"f","arguments":"{}"},{"type":"custom_tool_call","call_id":"c2","name":"patch","input":"a\\nb"},\
            {"type":"function_call_output","call_id":"c1","output":"1"},{"type":"custom_tool_call_output","call_id":"c2","output":[{"type":"input_text","text":"2"}]},\
            {"role":"system","content":"S"}]
            """
        #expect(
            try chat("\"instructions\":\"I\",\"input\":\(input)")
                == #"{"messages":[{"role":"system","content":"I\n\nD"},{"role":"user","content":"Q"},{"role":"assistant","content":"A","reasoning_content":"hm","tool_calls":[{"id":"c1","type":"function","function":{"name":"f","arguments":"{}"}},{"id":"c2","type":"function","function":{"name":"patch","arguments":"{\"input\":\"a\\nb\"}"}}]},{"role":"tool","content":"1","tool_call_id":"c1"},{"role":"tool","content":"2","tool_call_id":"c2"},{"role":"system","content":"S"}],"stream":true}"#
        )
    }

    @Test func `functions and free-form tools are offered, and tools of OpenAI's servers are not`() throws {
        let tools =
            #""tools":[{"type":"function","name":"f","description":"d","parameters":{"type":"object"},"strict":false},{"type":"web_search","external_web_access":false},{"type":"custom","name":"patch","description":"p","format":{"type":"grammar","syntax":"lark","definition":"start: X"}}]"#
        let body = try chat("\"input\":\"Hi\",\(tools),\"tool_choice\":{\"type\":\"function\",\"name\":\"f\"},\"parallel_tool_calls\":false")
        #expect(
            body
                == #"{"tools":[{"type":"function","function":{"name":"f","description":"d","parameters":{"type":"object"},"strict":false}}],"messages":[{"role":"user","content":"Hi"}],"tool_choice":"required","parallel_tool_calls":false,"stream":true}"#
        )
        let all = try chat("\"input\":\"Hi\",\(tools)")
        #expect(
            all.contains(
                #""name":"patch","description":"p\n`input` must match this grammar:\nstart: X","parameters":{"type":"object","properties":{"input""#))
        #expect(!all.contains("web_search"))
        #expect(try field("\"input\":\"Hi\",\(tools),\"tool_choice\":{\"type\":\"web_search\"}") == "tool_choice")
        #expect(try field(#""input":"Hi","tools":[{"type":"web_search"}],"tool_choice":"required""#) == "tool_choice")
        let allowed = try chat(
            "\"input\":\"Hi\",\(tools),\"tool_choice\":{\"type\":\"allowed_tools\",\"mode\":\"required\",\"tools\":[{\"type\":\"custom\",\"name\":\"patch\"}]}"
        )
        #expect(allowed.contains(#""tool_choice":"required""#) && !allowed.contains(#""name":"f""#))
    }

    @Test func `formats, reasoning and what is for Roost are passed on`() throws {
        let format = #""text":{"format":{"type":"json_schema","name":"n","schema":{"type":"object"},"strict":true},"verbosity":"low"}"#
        #expect(
            try chat("\"input\":\"Hi\",\(format),\"reasoning\":{\"effort\":\"low\",\"summary\":\"auto\"}")
                == #"{"messages":[{"role":"user","content":"Hi"}],"reasoning_effort":"low","response_format":{"type":"json_schema","json_schema":{"name":"n","strict":true,"schema":{"type":"object"}}},"stream":true}"#
        )
        #expect(try request(#""input":"Hi","num_ctx":4096"#).engineRequest().options.context?.tokens == 4096)
    }

    @Test(
        arguments: [
            (#""x":1"#, "input"), (#""input":[]"#, "input"), (#""input":7"#, "input"),
            (#""input":[{"type":"item_reference","id":"x"}]"#, "input[0].type"),
            (#""input":[{"type":"computer_call"}]"#, "input[0].type"), (#""input":[{"role":"user"}]"#, "input[0].content"),
            (#""input":[{"role":"wizard","content":"x"}]"#, "input[0].role"),
            (#""input":[{"type":"function_call","name":"f","arguments":"{}"}]"#, "input[0].call_id"),
            (#""input":[{"type":"function_call_output","call_id":"1"}]"#, "input[0].output"),
            (#""input":[{"role":"user","content":[{"type":"input_file","file_id":"x"}]}]"#, "input[0].content[0]"),
            (#""input":[{"role":"user","content":[{"type":"input_image","image_url":"http://x/y.png"}]}]"#, "input[0].content[0].image_url.url"),
            (#""input":"a","truncation":"auto""#, "truncation"), (#""input":"a","conversation":"c""#, "conversation"),
            (#""input":"a","prompt":{"id":"p"}"#, "prompt"),
            (#""input":"a","top_logprobs":2"#, "top_logprobs"), (#""input":"a","max_output_tokens":0"#, "max_output_tokens"),
            (#""input":"a","metadata":{"a":1}"#, "metadata"),
            (#""input":"a","text":{"format":{"type":"xml"}}"#, "text.format.type"), (#""input":"a","background":true,"store":false"#, "background"),
            (#""input":"a","text":{"format":{"type":"json_schema","name":"n","schema":{"type":"number","minimum":1}}}"#, "text.format.schema"),
            (#""input":"a","tools":[{"type":"function","name":"f","parameters":{"not":{}},"strict":true}]"#, "tools[0].parameters"),
        ] as [(String, String)]) func `what cannot be answered truly is refused by the client's name for it`(more: String, name: String) throws
    {
        #expect(try field(more) == name)
    }

    @Test func `what is repeated in each answer, and no engine gets, is bounded`() throws {
        let numbers = "{\"type\":\"text\",\"x\":[\(Array(repeating: "0", count: 4001).joined(separator: ","))]}"
        #expect(try field("\"input\":\"a\",\"tools\":[{\"type\":\"custom\",\"name\":\"f\",\"format\":\(numbers)}]") == "tools[0].format")
        #expect(try field("\"input\":\"a\",\"text\":{\"format\":\(numbers)}") == "text.format")
        #expect(try field("\"input\":\"a\",\"tool_choice\":\(numbers)") == "tool_choice")
    }

    @Test func `items keep what the client sent, with an id and a status`() throws {
        let items = try request(
            #""input":[{"role":"user","content":"Hi","id":null},{"type":"function_call_output","call_id":"1","output":"x","id":"fco_7"}]"#
        ).input.items
        let first = try #require(items[0].value)
        #expect(first["type"]?.string == "message" && first["id"]?.string?.hasPrefix("msg_") == true && first["status"]?.string == "completed")
        #expect(first["content"]?.list.first?["type"]?.string == "input_text")
        #expect(
            String(decoding: items[1].bytes, as: UTF8.self)
                == #"{"id":"fco_7","type":"function_call_output","status":"completed","call_id":"1","output":"x"}"#)
    }
}
