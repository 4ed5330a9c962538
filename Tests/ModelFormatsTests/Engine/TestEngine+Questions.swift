extension TestEngine {
    private struct Tokenize: Encodable {
        let content: String
        let add_special: Bool
        let parse_special = true
    }

    private struct Tokens: Decodable { let tokens: [Int] }

    /// The token ids of a text.
    func tokens(_ text: String, addSpecial: Bool) async throws -> [Int] {
        try await post("/tokenize", Tokenize(content: text, add_special: addSpecial), as: Tokens.self).tokens
    }

    private struct Complete: Encodable {
        let prompt: [Int]
        let n_predict: Int
        let n_probs: Int
        let temperature = 0
        /// Else the engine takes what the model's file recommends.
        let repeat_penalty = 1
        var logit_bias: [[Int]] = []
        let cache_prompt = false
        let return_tokens = true
    }

    private struct Completion: Decodable {
        struct Step: Decodable { let top_logprobs: [Token] }
        struct Token: Decodable {
            let id: Int
            let logprob: Double
        }
        let tokens: [Int]
        let completion_probabilities: [Step]?
    }

    /// The likeliest tokens after a prompt, each after the ones before it.
    func greedy(after prompt: [Int], count: Int) async throws -> [Int] {
        try await post("/completion", Complete(prompt: prompt, n_predict: count, n_probs: 0), as: Completion.self).tokens
    }

    /// The logarithms of all tokens' probabilities after a prompt, by token id.
    func logProbabilities(after prompt: [Int], vocabularySize: Int) async throws -> [Double] {
        // Probabilities are told of steps that end with a whole character. The bias makes this one do so; they are those from before it.
        let letter = try await tokens("a", addSpecial: false).last ?? 0
        let question = Complete(prompt: prompt, n_predict: 1, n_probs: vocabularySize, logit_bias: [[letter, 10_000]])
        let answer: Completion = try await post("/completion", question)
        var result = [Double](repeating: .nan, count: vocabularySize)
        for token in answer.completion_probabilities?.first?.top_logprobs ?? [] where result.indices.contains(token.id) {
            result[token.id] = token.logprob
        }
        return result
    }

    private struct Embed: Encodable { let content: String }

    private struct Embedding: Decodable { let embedding: [[Double]] }

    /// A text's vector, of length 1.
    func embedding(_ text: String) async throws -> [Double] {
        try await post("/embedding", Embed(content: text), as: [Embedding].self).first?.embedding.first ?? []
    }
}
