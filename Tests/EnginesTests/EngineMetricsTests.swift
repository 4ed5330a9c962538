import NIOCore
import PrometheusMetrics
import RoostCore
import Testing

@testable import Engines

@Suite struct EngineMetricsTests {
    @Test(arguments: [
        (#"data: {"choices":[],"timings":{"cache_n":0,"prompt_n":12,"prompt_ms":1.5,"predicted_n":4}}"#, 12, 4),
        (String(repeating: "x", count: 100_000) + #"{"timings":{"prompt_n":1,"predicted_n":123456789}}"#, 1, 123_456_789),
    ]) func `the numbers at the end of an answer are read`(text: String, prompt: Int, generated: Int) {
        #expect(EngineCounts(ByteBuffer(string: text)).map { [$0.prompt, $0.generated] } == [prompt, generated])
    }

    @Test(arguments: [
        // The first token comes with the last step of the prompt.
        (#""prompt_n":12,"predicted_n":5,"predicted_ms":100.5"#, Duration.milliseconds(25.125)),
        (#""prompt_n":12,"predicted_n":11,"predicted_ms":100,"draft_n":9,"draft_n_accepted":5"#, .milliseconds(20)),
        (#""prompt_n":12,"predicted_n":3,"predicted_ms":2e3"#, .seconds(1)),
        (#""prompt_n":12,"predicted_n":1,"predicted_ms":0.001"#, nil), (#""prompt_n":12,"predicted_n":5"#, nil),
        (#""prompt_n":12,"predicted_n":5,"predicted_ms":-1"#, nil), (#""prompt_n":12,"predicted_n":5,"predicted_ms":1e300"#, nil),
        (#""prompt_n":12,"predicted_n":5,"predicted_ms":nan"#, nil),
        (#""prompt_n":12,"predicted_n":5,"predicted_ms":4,"draft_n_accepted":9"#, nil),
    ]) func `the engine's step is the mean of the steps after the first token`(timings: String, step: Duration?) throws {
        #expect(try #require(EngineCounts(ByteBuffer(string: "{\"timings\":{\(timings)}}"))).step == step)
    }

    @Test func `the wait for the load and the wait for a turn are told apart`() throws {
        let registry = PrometheusRegistry([
            .init("roost_engine_wait_seconds", .histogram([1]), labels: ["model"], "Load."),
            .init("roost_queue_wait_seconds", .histogram([1]), labels: ["model"], "Queue."),
        ])
        EngineMetrics(factory: registry).waited(try ModelReference(parsing: "a/b:Q4_0"), loading: .seconds(5), queued: .milliseconds(500))
        #expect(registry.text.contains(#"roost_engine_wait_seconds_sum{model="a/b:Q4_0"} 5"#), "\(registry.text)")
        #expect(registry.text.contains(#"roost_queue_wait_seconds_sum{model="a/b:Q4_0"} 0.5"#), "\(registry.text)")
    }

    @Test(arguments: [
        "", "data: [DONE]", #"{"content":"\"predicted_n\":5,\"prompt_n\":5"}"#, #"{"prompt_n":3}"#, #"{"prompt_n":3,"predicted_n":"#,
        #"{"prompt_n":3,"predicted_n":99999999999999999999}"#, #"{"prompt_n":-3,"predicted_n":5}"#,
        #"{"prompt_n":3,"predicted_n":5}"# + String(repeating: "x", count: 3000),
    ]) func `other bytes, and a text of the model that looks like the numbers, count nothing`(text: String) {
        #expect(EngineCounts(ByteBuffer(string: text)) == nil)
    }

    @Test func `a stream has one time to its first piece and one between any two pieces`() throws {
        let registry = PrometheusRegistry([
            .init("roost_time_to_first_token_seconds", .histogram([1, 100]), labels: ["model"], "First."),
            .init("roost_inter_token_seconds", .histogram([1]), labels: ["model"], "Gaps."),
            .init("roost_generated_tokens_total", .counter, labels: ["model"], "Tokens."),
        ])
        var times = StreamTimes(EngineMetrics(factory: registry), of: try ModelReference(parsing: "a/b:Q4_0"), since: .now - .seconds(10))
        // With `timings_per_token` events count from the begin of the answer, and two can arrive together.
        let events = ["data: 1", #"{"prompt_n":7,"predicted_n":1}"#, #"{"prompt_n":7,"predicted_n":2} {"prompt_n":7,"predicted_n":3}"#]
        for text in events { times.arrived(ByteBuffer(string: text)) }
        times.ended()
        times.ended()
        let text = registry.text
        #expect(text.contains(#"roost_time_to_first_token_seconds_bucket{model="a/b:Q4_0",le="1"} 0"#), "\(text)")
        #expect(text.contains(#"roost_time_to_first_token_seconds_count{model="a/b:Q4_0"} 1"#), "\(text)")
        #expect(text.contains(#"roost_inter_token_seconds_count{model="a/b:Q4_0"} 2"#), "\(text)")
        #expect(text.contains(#"roost_generated_tokens_total{model="a/b:Q4_0"} 3"#), "\(text)")
    }
}
