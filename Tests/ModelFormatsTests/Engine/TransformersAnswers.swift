import Foundation
import ModelFormats
import SystemPackage

/// `reference.json` of a fixture: what transformers makes of it in float32.
struct TransformersAnswers: Decodable {
    struct Text: Decodable {
        let text: String
        let ids: [Int]
        let ids_with_special: [Int]
    }

    struct Prompt: Decodable {
        let ids: [Int]
        let last_token_logits: [Double]
    }

    struct Embedding: Decodable {
        let text: String
        let vector: [Double]
    }

    let tokenization: [Text]
    let logits: [Prompt]?
    let greedy_12_after_prompt_0: [Int]?
    let embeddings: [Embedding]?

    /// - Parameter fixture: Its folder; gpt2-oldnames has gpt2's answers.
    /// - Throws: When there is no such file, or something else in it.
    init(_ fixture: String) throws {
        let folder = ModelFixture(name: fixture == "gpt2-oldnames" ? "gpt2" : fixture, type: .f32).folder.removingLastComponent()
        self = try JSONDecoder().decode(
            Self.self, from: Data(contentsOf: URL(fileURLWithPath: folder.appending("reference.json").string)))
    }
}
