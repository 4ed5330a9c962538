import Foundation
import RoostAPI
import RoostClient
import TestSupport
import Testing

extension EndToEndTests {
    /// What `/metrics` shows of a real engine and a real pull.
    @Suite(.serialized) struct MetricsTests {
        private func number(_ series: String, in text: String) -> Double? {
            text.split(separator: "\n").first { $0.hasPrefix(series + " ") }.flatMap { Double($0.dropFirst(series.count + 1)) }
        }

        @Test func `answers are measured by the engine's own clock, waits by their cause, and the pull is counted`() async throws {
            try await PullAndChatTests().withModel { server in
                let request = ChatRequest(
                    model: SampleHub.model, messages: [ChatMessage(role: .user, content: "Count to five.")], maxTokens: 6, temperature: 0)
                let whole = try await server.client.chat(request)
                _ = try await server.client.chat(request) { _ in }
                let text = String(decoding: try await server.client.raw("/metrics"), as: UTF8.self)
                let model = "{model=\"\(SampleHub.model):Q4_1\"}"
                for name in ["engine_step", "engine_wait", "queue_wait"] {
                    #expect(number("roost_\(name)_seconds_count\(model)", in: text) == 2, "\(name)")
                }
                let steps = try #require(number("roost_engine_step_seconds_sum\(model)", in: text))
                // The first token comes with the last step of the prompt.
                let first = Double(whole.evalDuration) / 1e9 / Double(whole.evalCount - 1)
                #expect(whole.evalCount == 6 && steps > first && first > 0, "\(text)")
                #expect(number("roost_jobs_finished_total{status=\"succeeded\"}", in: text) == 1)
                #expect(try PrometheusTool.complaints(about: text) == "")
            }
        }
    }
}
