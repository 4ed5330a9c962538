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
    /// Engines that end in several ways while they answer.
    @Suite(.serialized) struct EngineChaosTests {
        /// `ROOST_TEST_ENGINE_KILLS` asks for more of them.
        private static let kills = ProcessInfo.processInfo.environment["ROOST_TEST_ENGINE_KILLS"].flatMap { Int($0) } ?? 3

        private func request(_ index: Int) -> ChatRequest {
            ChatRequest(
                model: SampleHub.model, messages: [ChatMessage(role: .user, content: "Tell story number \(index) about the sea.")], maxTokens: 60,
                temperature: 0)
        }

        @Test func `streams go on, health is answered and nothing is left behind when engines are killed, aborted and stopped`() async throws {
            try await PullAndChatTests().withModel { server in
                var undisturbed: [String] = []
                for index in 0..<2 {
                    var text = ""
                    _ = try await server.client.chat(request(index)) { text += $0 }
                    undisturbed.append(text)
                }
                let jobs = try await server.client.jobs().map(\.job)
                for round in 0..<Self.kills {
                    let signal = [SIGKILL, SIGABRT, SIGSTOP][round % 3]
                    let texts = try await disturbed(server, by: signal, after: 1 + round * 7 % 40)
                    #expect(texts == undisturbed, "round \(round), signal \(signal)")
                }
                #expect(try await server.client.jobs().map(\.job) == jobs)
                #expect(try PullAndChatTests.enginePIDs(of: server).count == 1)
            }
        }

        /// The numbers of pieces of both streams.
        private final class Pieces: Sendable {
            private let state = Mutex((counts: [0, 0], isOver: false))

            /// Counts a piece, and returns once whether both streams have begun and one of them has enough pieces.
            func isTime(after pieces: Int, _ index: Int) -> Bool {
                state.withLock { state in
                    state.counts[index] += 1
                    guard !state.isOver, !state.counts.contains(0), state.counts.contains(where: { $0 >= pieces }) else { return false }
                    state.isOver = true
                    return true
                }
            }
        }

        /// Streams two answers, sends a signal to their engine when the first has some pieces, and returns the texts.
        private func disturbed(_ server: Server, by signal: Int32, after pieces: Int) async throws -> [String] {
            let seen = Pieces()
            return try await withThrowingTaskGroup(of: (Int, String).self) { group in
                for index in 0..<2 {
                    group.addTask {
                        var text = ""
                        _ = try await server.client.chat(request(index)) {
                            text += $0
                            guard seen.isTime(after: pieces, index) else { return }
                            kill(try #require(try PullAndChatTests.enginePIDs(of: server).first), signal)
                        }
                        return (index, text)
                    }
                }
                var texts = ["", ""]
                while let (index, text) = try await group.next() {
                    texts[index] = text
                    let health = try await HTTPClient.shared.execute(HTTPClientRequest(url: server.url + "/health"), timeout: .seconds(30))
                    #expect(health.status == .ok)
                }
                return texts
            }
        }
    }
}
