import Foundation
import NIOCore
import RoostAPI
import RoostCore
import Testing

@testable import HTTPServing
@testable import RoostServer

/// The events and the object of a response.
@Suite struct ResponseBuilderTests {
    private func run(_ more: String = "") throws -> ResponseRun {
        let fields = try RequestFields(body: ByteBuffer(string: "{\"model\":\"a/b\",\"input\":\"Hi\"\(more)}"))
        return ResponseRun(try ResponseRequest(fields, canStore: false), owner: "", storage: nil)
    }

    private func chunk(_ delta: String, finish: String = "null", more: String = "") -> String {
        "data: {\"choices\":[{\"delta\":\(delta),\"finish_reason\":\(finish),\"index\":0}]\(more)}\n\n"
    }

    private let timings = #","timings":{"cache_n":3,"prompt_n":4,"predicted_n":5}"#

    /// The events of a stream, cut into pieces of a size.
    private func events(_ engine: String, _ run: ResponseRun, by size: Int = .max) async throws -> [[String: Any]] {
        var translator = try await ResponseTranslator(run)
        var (bytes, sent) = (ByteBuffer(string: engine), "")
        while bytes.readableBytes > 0, let piece = bytes.readSlice(length: min(size, bytes.readableBytes)) {
            sent += String(buffer: try translator.translate(piece))
        }
        sent += String(buffer: try await translator.finish())
        return try parsed(sent)
    }

    private func parsed(_ sent: String) throws -> [[String: Any]] {
        var parts = sent.components(separatedBy: "\n\n")
        #expect(parts.removeLast().isEmpty && parts.removeLast() == "data: [DONE]")
        let events = try parts.map { part in
            let lines = part.split(separator: "\n")
            #expect(lines.count == 2 && lines[1].hasPrefix("data: "))
            let event = try #require(try JSONSerialization.jsonObject(with: Data(lines[1].dropFirst(6).utf8)) as? [String: Any])
            #expect(lines[0] == "event: \(event["type"] as? String ?? "")")
            return event
        }
        #expect(events.map { $0["sequence_number"] as? Int } == Array(0..<events.count))
        return events
    }

    @Test(arguments: [1, 7, 10_000]) func `a thought and a text have an item each, with all events in order`(size: Int) async throws {
        let engine =
            chunk(#"{"role":"assistant","content":null}"#) + chunk(#"{"reasoning_content":"h"}"#) + chunk(#"{"reasoning_content":"m"}"#)
            + chunk(#"{"content":"A"}"#) + chunk(#"{"content":"B"}"#) + chunk("{}", finish: "\"stop\"", more: timings) + "data: [DONE]\n\n"
        let run = try run()
        let events = try await events(engine, run, by: size)
        #expect(
            events.map { $0["type"] as? String ?? "" } == [
                "response.created", "response.in_progress", "response.output_item.added", "response.content_part.added",
                "response.reasoning_text.delta", "response.reasoning_text.delta", "response.reasoning_text.done", "response.content_part.done",
                "response.output_item.done", "response.output_item.added", "response.content_part.added", "response.output_text.delta",
                "response.output_text.delta", "response.output_text.done", "response.content_part.done", "response.output_item.done",
                "response.completed",
            ])
        #expect(events[11]["output_index"] as? Int == 1 && events[11]["content_index"] as? Int == 0 && events[11]["delta"] as? String == "A")
        #expect((events[9]["item"] as? [String: Any])?["id"] as? String == events[11]["item_id"] as? String)
        #expect(events[13]["text"] as? String == "AB" && (events[13]["logprobs"] as? [String])?.isEmpty == true)
        #expect((events[0]["response"] as? [String: Any])?["status"] as? String == "in_progress")
        let response = try #require(events[16]["response"] as? [String: Any])
        let usage = try #require(response["usage"] as? [String: Any])
        #expect(response["status"] as? String == "completed" && response["completed_at"] is Int)
        #expect(usage["input_tokens"] as? Int == 7 && usage["output_tokens"] as? Int == 5 && usage["total_tokens"] as? Int == 12)
        #expect((usage["input_tokens_details"] as? [String: Int]) == ["cached_tokens": 3])
        #expect((usage["output_tokens_details"] as? [String: Int]) == ["reasoning_tokens": 2])
        let output = try #require(response["output"] as? [[String: Any]])
        #expect(output.map { $0["type"] as? String } == ["reasoning", "message"])
    }

    @Test func `calls of functions and of free-form tools are items of their own`() async throws {
        let engine =
            chunk(#"{"tool_calls":[{"index":0,"id":"c1","type":"function","function":{"name":"f","arguments":""}}]}"#)
            + chunk(#"{"tool_calls":[{"index":0,"function":{"arguments":"{\"a\":"}}]}"#)
            + chunk(#"{"tool_calls":[{"index":1,"id":"c2","type":"function","function":{"name":"patch","arguments":"{\"input\":\"x\\ny\"}"}}]}"#)
            + chunk(#"{"tool_calls":[{"index":0,"function":{"arguments":"1}"}}]}"#) + chunk("{}", finish: "\"tool_calls\"", more: timings)
        let run = try run(#","tools":[{"type":"function","name":"f"},{"type":"custom","name":"patch"}]"#)
        let events = try await events(engine, run)
        #expect(
            events.dropFirst(2).map { $0["type"] as? String ?? "" } == [
                "response.output_item.added", "response.function_call_arguments.delta", "response.output_item.added",
                "response.function_call_arguments.delta", "response.function_call_arguments.done", "response.output_item.done",
                "response.custom_tool_call_input.delta", "response.custom_tool_call_input.done", "response.output_item.done", "response.completed",
            ])
        #expect(events[6]["arguments"] as? String == #"{"a":1}"# && events[6]["name"] as? String == "f" && events[6]["output_index"] as? Int == 0)
        let call = try #require(events[7]["item"] as? [String: Any])
        #expect(call["call_id"] as? String == "c1" && call["arguments"] as? String == #"{"a":1}"# && call["status"] as? String == "completed")
        let custom = try #require(events[10]["item"] as? [String: Any])
        #expect(custom["type"] as? String == "custom_tool_call" && custom["input"] as? String == "x\ny" && custom["call_id"] as? String == "c2")
        #expect((custom["id"] as? String)?.hasPrefix("ctc_") == true)
    }

    @Test func `an answer that was cut is incomplete, and says why`() async throws {
        let events = try await events(chunk(#"{"content":"{\"a"}"#) + chunk("{}", finish: "\"length\"", more: timings), try run())
        let response = try #require(events.last?["response"] as? [String: Any])
        #expect(events.last?["type"] as? String == "response.incomplete" && response["status"] as? String == "incomplete")
        #expect((response["incomplete_details"] as? [String: String]) == ["reason": "max_output_tokens"] && response["completed_at"] is NSNull)
        #expect((response["output"] as? [[String: Any]])?.first?["status"] as? String == "incomplete")
    }

    @Test func `a failure is the last event, and what the client waits for is no event`() async throws {
        let run = try run()
        var translator = try await ResponseTranslator(run)
        let begin = String(buffer: translator.wait("loading the model"))
        #expect(begin.contains("event: response.created") && begin.hasSuffix(": loading the model\n\n"))
        _ = try translator.translate(ByteBuffer(string: chunk(#"{"content":"A"}"#)))
        let end = String(buffer: await translator.fail(RoostError(.engineCrashed, "It crashed.")))
        #expect(end.contains("event: response.failed") && end.contains(#""error":{"code":"server_error","message":"It crashed."}"#))
        #expect(end.hasSuffix("data: [DONE]\n\n") && run.response.status == .failed)
        let other = try self.run()
        #expect(other.cancel() && !other.cancel())
        var canceled = try await ResponseTranslator(other)
        #expect(String(buffer: await canceled.fail(RoostError(.conflict, ""))).contains(#""status":"cancelled""#))
    }

    @Test func `the object has every field of the specification, and repeats what was asked`() throws {
        let run = try run(
            #","instructions":"I","tools":[{"type":"function","name":"f"},{"type":"web_search"}],"tool_choice":"auto","metadata":{"k":"v"},"text":{"format":{"type":"json_object"}},"reasoning":{"effort":"low"},"max_output_tokens":5,"safety_identifier":"s""#
        )
        let object = try #require(try JSONSerialization.jsonObject(with: Data(JSON.buffer(run.response).readableBytesView)) as? [String: Any])
        let required = [
            "id", "object", "created_at", "completed_at", "status", "incomplete_details", "model", "previous_response_id", "instructions", "output",
            "error", "tools", "tool_choice", "truncation", "parallel_tool_calls", "text", "top_p", "presence_penalty", "frequency_penalty",
            "top_logprobs", "temperature", "reasoning", "user", "usage", "max_output_tokens", "max_tool_calls", "store", "background", "service_tier",
            "metadata", "safety_identifier", "prompt_cache_key",
        ]
        #expect(Set(object.keys) == Set(required))
        let tools = try #require(object["tools"] as? [[String: Any]])
        #expect(tools.count == 1 && tools[0]["parameters"] is NSNull && tools[0]["strict"] is NSNull && tools[0]["description"] is NSNull)
        #expect(object["temperature"] as? Double == 0.8 && object["store"] as? Bool == false && object["metadata"] as? [String: String] == ["k": "v"])
        #expect((object["text"] as? [String: [String: String]]) == ["format": ["type": "json_object"]])
    }
}
