import Foundation
import NIOCore
import RoostCore

extension EngineConnection {
    /// The part of an answer of `/completion` with the engine's own measurement.
    private struct Answer: Decodable {
        struct Timings: Decodable {
            let promptSpeed: Double

            private enum CodingKeys: String, CodingKey { case promptSpeed = "prompt_per_second" }
        }

        let timings: Timings
    }

    /// The largest answer that is read, in bytes.
    private static let largestAnswer = 1 << 20
    /// The number of tokens of the first measurement, which even a slow engine reads within seconds.
    private static let fewTokens = 64
    /// The number of tokens of the second one, when the first was read within a sixth of a second.
    private static let manyTokens = 256

    /// Measures how fast the engine reads prompts, while it has no other request.
    ///
    /// - Returns: The tokens per second.
    /// - Throws: `RoostError` with code `engineCrashed` or `engineRefused`; `CancellationError`.
    func measuredPromptSpeed() async throws -> Double {
        let first = try await promptSpeed(tokens: Self.fewTokens)
        guard PromptStep.tokens(at: first) >= Self.fewTokens else { return first }
        // Longer steps use the processors better.
        return try await promptSpeed(tokens: Self.manyTokens)
    }

    /// Measures how fast the engine reads a prompt of so many tokens.
    func promptSpeed(tokens: Int) async throws -> Double {
        // Any tokens will do: all vocabularies have these. Different ones, so that no part is in the engine's cache.
        let prompt = (0..<tokens).map { String(100 + ($0 * 37 + tokens) % 150) }.joined(separator: ",")
        let body = ByteBuffer(string: #"{"prompt":[\#(prompt)],"n_predict":1,"cache_prompt":false}"#)
        let response = try await send(path: "/completion", body: body)
        let data = Data(try await response.collect(upTo: Self.largestAnswer).readableBytesView)
        guard response.status == 200, let speed = (try? JSONDecoder().decode(Answer.self, from: data))?.timings.promptSpeed, speed.isFinite, speed > 0
        else {
            throw RoostError(.engineRefused, "The engine did not measure its speed; it answered with status \(response.status).")
        }
        return speed
    }
}
