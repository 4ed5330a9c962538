import AsyncHTTPClient
import NIOCore
import NIOHTTP1
package import RoostAPI
import RoostCore

extension RoostClient {
    /// Returns the vectors of texts.
    ///
    /// - Parameters:
    ///   - texts: 1 … 2048 texts.
    ///   - model: An embedding model on the server's machine.
    /// - Returns: The vectors, in the order of the texts.
    /// - Throws: `RoostError`: the server's own, or `serverUnreachable`.
    package func embed(_ texts: [String], model: String) async throws -> EmbeddingList {
        let answer: Answer = try await decode(send(.POST, "/v1/embeddings", body: Texts(model: model, input: texts), timeout: .minutes(10)))
        return EmbeddingList(
            model: model, embeddings: answer.data.sorted { $0.index < $1.index }.map(\.embedding), promptTokens: answer.usage?.prompt_tokens ?? 0)
    }

    private struct Texts: Encodable {
        let model: String
        let input: [String]
    }

    private struct Answer: Decodable {
        struct Vector: Decodable {
            let index: Int
            let embedding: [Double]
        }

        struct Usage: Decodable { let prompt_tokens: Int }

        let data: [Vector]
        let usage: Usage?
    }
}
