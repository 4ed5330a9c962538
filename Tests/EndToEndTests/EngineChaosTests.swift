import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import RoostAPI
import RoostClient
import RoostCore
import Synchronization
import TestSupport
import Testing

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#endif

extension EndToEndTests {
    /// Engines that end in several ways while they answer; `make chaos` does it a hundred times.
    @Suite(.serialized) struct EngineChaosTests {
        private func request(_ index: Int) -> ChatRequest {
            ChatRequest(
                model: SampleHub.model, messages: [ChatMessage(role: .user, content: "Tell story number \(index) about the sea.")], maxTokens: 60,
                temperature: 0, timeout: 600)
        }

        @Test func `streams go on, health is answered and nothing is left behind when engines are killed, aborted and stopped`() async throws {
            try await PullAndChatTests().withModel { server in
                var undisturbed: [String] = []
                for index in 0..<2 {
                    var text = ""
                    _ = try await server.client.chat(request(index)) { text += $0 }
                    undisturbed.append(text)
                }
                let jobs = try await states(of: server)
                for (round, signal) in [SIGKILL, SIGABRT, SIGSTOP].enumerated() {
                    let answers = try await disturbed(server, by: signal, after: 1 + round * 7 % 40)
                    for (index, (answer, whole)) in zip(answers, undisturbed).enumerated() {
                        let same = answer.text.commonPrefix(with: whole).count
                        if same > answer.begin || answer.text == whole { continue }
                        // See PullAndChatTests for why the ends may differ. Two answers at once may also differ from one alone before the
                        // engine ended; what followed then has to be what an engine writes after the same begin, or what is almost as likely there.
                        let likely = try await likelyTokens(server, index, after: String(answer.text.prefix(answer.begin)))
                        let rest = answer.text.dropFirst(answer.begin)
                        #expect(likely.contains { !$0.isEmpty && rest.hasPrefix($0) }, "round \(round), signal \(signal): \(answer.text), \(likely)")
                    }
                }
                #expect(try await states(of: server) == jobs)
                #expect(try PullAndChatTests.enginePIDs(of: server).count == 1)
            }
        }

        private struct Continuation: Decodable {
            struct Choice: Decodable {
                let logprobs: Logprobs
            }
            struct Logprobs: Decodable {
                let content: [Place]
            }
            struct Place: Decodable {
                let top_logprobs: [Token]
            }
            struct Token: Decodable {
                let token: String
                let logprob: Double
            }

            let choices: [Choice]
        }

        /// The token that the model writes after the begin of an answer, and those that are almost as likely: rounding decides between them.
        private func likelyTokens(_ server: Server, _ index: Int, after begin: String) async throws -> [String] {
            let question = try #require(request(index).messages.last?.content)
            let fields: [String: Any] = [
                "model": SampleHub.model, "max_tokens": 1, "temperature": 0, "logprobs": true, "top_logprobs": 5,
                "messages": [["role": "user", "content": question], ["role": "assistant", "content": begin]],
            ]
            var request = HTTPClientRequest(url: server.url + "/v1/chat/completions")
            request.method = .POST
            request.headers.add(name: "Content-Type", value: "application/json")
            request.body = .bytes(ByteBuffer(bytes: try JSONSerialization.data(withJSONObject: fields)))
            let response = try await HTTPClient.shared.execute(request, timeout: .patience)
            let body = Data(try await response.body.collect(upTo: 1 << 20).readableBytesView)
            let tokens = try #require(try JSONDecoder().decode(Continuation.self, from: body).choices.first?.logprobs.content.first?.top_logprobs)
            let best = try #require(tokens.map(\.logprob).max())
            return tokens.filter { $0.logprob > best - 0.3 }.map(\.token)
        }

        /// What may not change while engines end.
        private func states(of server: Server) async throws -> [String] {
            try await server.client.jobs().map { "\($0.job.id) \($0.job.status) \($0.job.attempt)" }
        }

        /// The answers of both streams.
        private final class Answers: Sendable {
            private struct State {
                var answers = Array(repeating: (text: "", pieces: 0, begin: 0), count: 2)
                var isOver = false
            }

            private let state = Mutex(State())

            var all: [(text: String, begin: Int)] { state.withLock { $0.answers.map { ($0.text, $0.begin) } } }

            /// Adds a piece, and returns once whether both streams have begun and one of them has enough pieces.
            func add(_ text: String, to index: Int, isTimeAfter pieces: Int) -> Bool {
                state.withLock { state in
                    state.answers[index].text += text
                    state.answers[index].pieces += 1
                    let counts = state.answers.map(\.pieces)
                    guard !state.isOver, !counts.contains(0), counts.contains(where: { $0 >= pieces }) else { return false }
                    state.isOver = true
                    for index in state.answers.indices { state.answers[index].begin = state.answers[index].text.count }
                    return true
                }
            }
        }

        /// Streams two answers, sends a signal to their engine when both have begun, and returns the texts and how much of
        /// them came before.
        private func disturbed(_ server: Server, by signal: Int32, after pieces: Int) async throws -> [(text: String, begin: Int)] {
            let answers = Answers()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for index in 0..<2 {
                    group.addTask {
                        _ = try await server.client.chat(request(index)) {
                            guard answers.add($0, to: index, isTimeAfter: pieces) else { return }
                            kill(try #require(try PullAndChatTests.enginePIDs(of: server).first), signal)
                        }
                    }
                }
                while try await group.next() != nil {
                    let health = try await HTTPClient.shared.execute(HTTPClientRequest(url: server.url + "/health"), timeout: .patience)
                    #expect(health.status == .ok)
                }
            }
            return answers.all
        }
    }
}
