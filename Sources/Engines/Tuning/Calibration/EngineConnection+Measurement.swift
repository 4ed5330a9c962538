import Foundation
import NIOCore
import RoostCore

extension EngineConnection {
    /// An answer of `/completion`.
    private struct Completion: Decodable {
        struct Timings: Decodable {
            let tokens: Int
            let milliseconds: Double

            private enum CodingKeys: String, CodingKey {
                case tokens = "predicted_n"
                case milliseconds = "predicted_ms"
            }
        }

        let content: String
        let timings: Timings
    }

    /// The largest answer that is read, in bytes.
    private static let largestCompletion = 1 << 20

    /// Measures an engine that has no other request.
    ///
    /// - Parameters:
    ///   - workload: The work.
    ///   - time: The clock.
    /// - Returns: The speeds, and the texts that were generated without chance; not the memory.
    /// - Throws: `RoostError` with code `engineCrashed` or `engineRefused`; `CancellationError`.
    func measured(_ workload: CalibrationWorkload, _ time: TimeSource) async throws -> EngineMeasurement {
        let prompt = try await promptSpeed(tokens: workload.promptTokens)
        var answers: [Completion] = []
        for text in CalibrationWorkload.texts { answers.append(try await completion(of: text, tokens: workload.singleTokens)) }
        let tokens = answers.reduce(0) { $0 + $1.timings.tokens }
        let milliseconds = answers.reduce(0) { $0 + $1.timings.milliseconds }
        let several = try await severalSpeed(workload, time)
        return EngineMeasurement(
            prompt: prompt, single: Double(tokens) / milliseconds * 1000, several: several, answers: answers.map(\.content))
    }

    /// Measures how fast the engine generates for one request, with a few tokens.
    func generationSpeed() async throws -> Double {
        let timings = try await completion(of: CalibrationWorkload.texts[0], tokens: 8).timings
        return Double(timings.tokens) / timings.milliseconds * 1000
    }

    /// The tokens per second of several requests together, their short prompts included.
    private func severalSpeed(_ workload: CalibrationWorkload, _ time: TimeSource) async throws -> Double {
        let begin = time.now()
        let tokens = try await withThrowingTaskGroup(of: Int.self) { group in
            for index in 1...CalibrationWorkload.streams {
                group.addTask { try await completion(of: "Story \(index):", tokens: workload.severalTokens).timings.tokens }
            }
            return try await group.reduce(0, +)
        }
        return Double(tokens) / ((time.now() - begin) / .seconds(1))
    }

    private func completion(of text: String, tokens: Int) async throws -> Completion {
        let request: [String: Any] = [
            "prompt": text, "n_predict": tokens, "temperature": 0, "ignore_eos": true, "cache_prompt": false,
        ]
        let body = try JSONSerialization.data(withJSONObject: request)
        let response = try await send(path: "/completion", body: ByteBuffer(bytes: body))
        let data = Data(try await response.collect(upTo: Self.largestCompletion).readableBytesView)
        guard response.status == 200, let answer = try? JSONDecoder().decode(Completion.self, from: data) else {
            throw RoostError(.engineRefused, "The engine did not generate a text; it answered with status \(response.status).")
        }
        return answer
    }
}
