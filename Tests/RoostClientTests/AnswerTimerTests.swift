import Foundation
import RoostCore
import Testing

@testable import RoostClient

@Suite struct AnswerTimerTests {
    /// Reads events that arrive 10 ms after each other.
    private func read(_ texts: [String]) throws -> (timer: AnswerTimer, laps: [AnswerTimer.Lap]) {
        var timer = AnswerTimer(start: .zero)
        var laps: [AnswerTimer.Lap] = []
        for (index, text) in texts.enumerated() {
            let event = try JSONDecoder().decode(CompletionEvent.self, from: Data(text.utf8))
            if let lap = timer.read(event, at: .milliseconds(10 * (index + 1))) { laps.append(lap) }
        }
        return (timer, laps)
    }

    @Test func `events without a token end no time, and usage counts the tokens`() throws {
        let (timer, laps) = try read([
            #"{"choices":[{"index":0,"delta":{"role":"assistant","content":null},"finish_reason":null}],"usage":null}"#,
            #"{"choices":[{"delta":{"reasoning_content":"Hm"}}]}"#,
            #"{"choices":[{"delta":{"content":""}}]}"#,
            #"{"choices":[{"delta":{"content":"A"}}]}"#,
            #"{"choices":[{"delta":{"tool_calls":[{"index":0,"function":{"arguments":"{"}}]}}]}"#,
            #"{"choices":[{"delta":{"reasoning":"Hm"}}]}"#,
            #"{"choices":[{"delta":{},"finish_reason":"stop"}]}"#,
            #"{"choices":[],"usage":{"prompt_tokens":40,"completion_tokens":9,"prompt_tokens_details":{"cached_tokens":30}}}"#,
        ])
        #expect(laps == [.first(.milliseconds(20)), .gap(.milliseconds(20)), .gap(.milliseconds(10)), .gap(.milliseconds(10))])
        #expect(timer.isComplete)
        #expect(timer.figures == AnswerFigures(generated: 9, source: .usage, prompt: 40, prefilled: 10, pace: .milliseconds(5)))
    }

    @Test func `timings count the tokens when there is no usage, and events when there is neither`() throws {
        let token = #"{"choices":[{"delta":{"content":"A"}}]}"#
        let timed = try read([token, token, #"{"choices":[],"timings":{"prompt_n":3,"cache_n":20,"predicted_n":5}}"#]).timer
        #expect(timed.figures == AnswerFigures(generated: 5, source: .timings, prompt: 23, prefilled: 3, pace: .microseconds(2500)))
        let bare = try read([token, token, token]).timer
        #expect(!bare.isComplete)
        #expect(bare.figures == AnswerFigures(generated: 3, source: .chunks, prompt: nil, prefilled: nil, pace: .milliseconds(10)))
    }

    @Test(arguments: [
        #"{"choices":{"a":1},"usage":7,"timings":[]}"#, #"{"choices":[{"delta":"x","finish_reason":7}]}"#,
        #"{"choices":[],"usage":{"completion_tokens":1e300}}"#, #"{"choices":[],"usage":{"completion_tokens":-1}}"#, "{}",
    ]) func `members of wrong types and impossible numbers count as absent`(text: String) throws {
        let (timer, laps) = try read([text])
        #expect(laps.isEmpty && !timer.isComplete)
        #expect(timer.figures == AnswerFigures(generated: 0, source: .chunks, prompt: nil, prefilled: nil, pace: nil))
    }

    @Test(arguments: [
        (#"{"error":{"code":500,"message":"Context size has been exceeded.","type":"server_error"}}"#, "Context size has been exceeded."),
        (#"{"error":"busy"}"#, "busy"), (#"{"error":{"detail":"late"}}"#, "late"), (#"{"error":{}}"#, ""), (#"{"error":7}"#, ""),
    ]) func `an error event is known in each form`(text: String, sentence: String) throws {
        #expect(try JSONDecoder().decode(CompletionEvent.self, from: Data(text.utf8)).error == sentence)
    }

    @Test func `an error that is null is none`() throws {
        #expect(try JSONDecoder().decode(CompletionEvent.self, from: Data(#"{"error":null,"choices":[]}"#.utf8)).error == nil)
    }
}
