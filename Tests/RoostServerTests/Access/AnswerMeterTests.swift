import Access
import NIOCore
import RoostCore
import Synchronization
import Testing

@testable import RoostServer

@Suite struct AnswerMeterTests {
    /// Keeps what a meter passes on.
    private final class Told: Sendable {
        let counts = Mutex<[UsageCounts]>([])
        var all: [UsageCounts] { counts.withLock { $0 } }

        func meter(prompt: Int = 100) -> AnswerMeter { AnswerMeter(prompt: prompt) { [self] new in counts.withLock { $0.append(new) } } }
    }

    private func numbers(_ counts: UsageCounts) -> [Int] {
        [counts.requests, counts.errors, counts.promptTokens, counts.cachedTokens, counts.generatedTokens]
    }

    private static let role = #"data: {"choices":[{"finish_reason":null,"index":0,"delta":{"role":"assistant","content":null}}]}"# + "\n\n"
    private static let piece = #"data: {"choices":[{"finish_reason":null,"index":0,"delta":{"content":"a \"finish_reason\":\"stop\""}}]}"# + "\n\n"

    private static func end(_ choice: Int, _ timings: String) -> String {
        "data: {\"choices\":[{\"finish_reason\":\"stop\",\"index\":\(choice),\"delta\":{}}],\"timings\":{\(timings)}}\n\n"
    }

    @Test func `the engine's numbers count, for each of several answers, and the cached part of a prompt too`() {
        let told = Told()
        let meter = told.meter()
        for text in [
            Self.role, Self.piece, Self.piece, Self.end(0, #""cache_n":3,"prompt_n":7,"predicted_n":2"#),
            Self.piece + Self.end(1, #""prompt_n":5,"predicted_n":1"#), "data: [DONE]\n\n",
        ] { meter.read(events: ByteBuffer(string: text)) }
        meter.end(failed: false)
        meter.end(failed: true)
        #expect(told.all.map(numbers) == [[1, 0, 15, 3, 3]])
    }

    @Test func `numbers with each token are not added`() {
        let told = Told()
        let meter = told.meter()
        for number in 1...3 {
            let text = Self.piece.replacing("]}\n", with: "],\"timings\":{\"prompt_n\":7,\"predicted_n\":\(number)}}\n")
            meter.read(events: ByteBuffer(string: text))
        }
        meter.read(events: ByteBuffer(string: Self.end(0, #""prompt_n":7,"predicted_n":3"#)))
        meter.end(failed: false)
        #expect(told.all.map(numbers) == [[1, 0, 7, 0, 3]])
    }

    @Test func `a request that its client leaves counts from the moment in which the engine has it, unless it fails`() {
        let told = Told()
        do { _ = told.meter(prompt: 40) }
        do { told.meter(prompt: 40).began() }
        do { told.meter(prompt: 40).began(unseen: 300) }
        let (failed, whole) = (told.meter(prompt: 40), told.meter(prompt: 40))
        failed.began(unseen: 300)
        failed.end(failed: true)
        let late = told.meter(prompt: 40)
        late.began()
        late.end(failed: true, hasWorked: true)
        whole.began(unseen: 300)
        whole.read(whole: ByteBuffer(string: #"{"timings":{"prompt_n":7,"predicted_n":2}}"#))
        whole.end(failed: false)
        #expect(
            told.all.map(numbers) == [
                [1, 0, 0, 0, 0], [1, 0, 40, 0, 0], [1, 0, 40, 0, 300], [1, 1, 0, 0, 0], [1, 1, 40, 0, 0], [1, 0, 7, 0, 2],
            ])
    }

    @Test func `an answer whose client has left counts what it got, and the prompt as estimated`() {
        let told = Told()
        do {
            let meter = told.meter(prompt: 40)
            for text in [Self.role, Self.piece, Self.piece] { meter.read(events: ByteBuffer(string: text)) }
        }
        #expect(told.all.map(numbers) == [[1, 0, 40, 0, 2]])
    }

    @Test func `a request that failed before its answer used no tokens`() {
        let told = Told()
        told.meter().end(failed: true)
        #expect(told.all.map(numbers) == [[1, 1, 0, 0, 0]])
    }

    @Test func `whole answers tell their numbers at the end, and vectors at the begin`() {
        let told = Told()
        let chat = told.meter()
        chat.read(whole: ByteBuffer(string: #"{"choices":[{"finish_reason":"stop"}],"timings":{"cache_n":1,"prompt_n":2,"predicted_n":3}}"#))
        chat.end(failed: false)
        let vectors = told.meter()
        let numbers = String(repeating: "0.123456789,", count: 1000)
        vectors.read(
            whole: ByteBuffer(
                string: #"{"model":"m","object":"list","usage":{"prompt_tokens":9,"total_tokens":9},"data":[{"embedding":[\#(numbers)0]}]}"#))
        vectors.end(failed: false)
        #expect(told.all.map(self.numbers) == [[1, 0, 3, 1, 3], [1, 0, 9, 0, 0]])
    }
}
