import ModelFormats
import SystemPackage
import TestSupport
import Testing

/// Converted models in a real `llama-server`, beside what transformers makes of the originals.
@Suite(.serialized) struct EngineParityTests {
    /// A converted fixture, and how far from transformers it may be. The limits are a few times what llama.cpp's own files showed (build 11434); engines with
    /// GELU are less exact, for their table of it has sixteen bits.
    struct Model: CustomTestStringConvertible {
        let fixture: String
        let recipe: QuantizationRecipe
        let limit: Limit

        enum Limit {
            /// The largest difference of a logit.
            case difference(Double)
            /// The mean square of the differences by that of the logits.
            case error(Double)
        }

        init(_ fixture: String, _ recipe: QuantizationRecipe, _ limit: Limit) {
            (self.fixture, self.recipe, self.limit) = (fixture, recipe, limit)
        }

        var testDescription: String { "\(fixture) \(recipe.rawValue)" }
    }

    static let models: [Model] =
        ["llama", "mistral", "qwen2", "qwen3", "qwen3moe", "phi-3-tiny", "smollm2"].map { Model($0, .f32, .difference(1e-4)) }
        + ["gpt2", "gpt2-oldnames", "gemma2", "gemma3"].map { Model($0, .f32, .difference(1e-2)) }
        + ["llama", "gpt2", "qwen3moe", "gemma2", "smollm2"].map { Model($0, .f16, .difference(0.03)) }
        + [Model("smollm2", .bf16, .difference(0.2)), Model("smollm2", .q8_0, .error(0.002)), Model("smollm2", .q4_K_M, .error(0.1))]

    @Test(arguments: models) func `a model computes what transformers computes, and goes on with the same tokens`(model: Model) async throws {
        let answers = try TransformersAnswers(model.fixture)
        let prompts = try #require(answers.logits)
        try await Self.withEngine(model.fixture, model.recipe, ["-c", "256"]) { engine in
            for prompt in prompts {
                let logits = prompt.last_token_logits
                let difference = Difference(
                    try await engine.logProbabilities(after: prompt.ids, vocabularySize: logits.count), logits)
                print("\(model.testDescription): logits differ by at most \(difference.largest), error \(difference.relativeSquare)")
                switch model.limit {
                case .difference(let limit): #expect(difference.largest <= limit)
                case .error(let limit): #expect(difference.relativeSquare <= limit)
                }
            }
            guard case .difference = model.limit else { return }
            #expect(try await engine.greedy(after: prompts[0].ids, count: 12) == answers.greedy_12_after_prompt_0)
        }
    }

    @Test(arguments: ModelFixture.names) func `all texts become the tokens that transformers makes of them`(fixture: String) async throws {
        let answers = try TransformersAnswers(fixture)
        try await Self.withEngine(fixture, .f32, []) { engine in
            for text in answers.tokenization where !Self.isKnownToDiffer(text.text, in: fixture) {
                let (plain, special) = (try await engine.tokens(text.text, addSpecial: false), try await engine.tokens(text.text, addSpecial: true))
                #expect(plain == text.ids, "\(text.text)")
                #expect(special == text.ids_with_special, "\(text.text)")
            }
        }
    }

    @Test(arguments: [QuantizationRecipe.f32, .f16])
    func `a model of sentences makes the vectors of sentence-transformers`(recipe: QuantizationRecipe) async throws {
        let embeddings = try #require(try TransformersAnswers("sentence-bert").embeddings)
        try await Self.withEngine("sentence-bert", recipe, ["--embedding"]) { engine in
            for embedding in embeddings {
                let vector = try await engine.embedding(embedding.text)
                #expect(vector.count == embedding.vector.count)
                let largest = zip(vector, embedding.vector).map { abs($0 - $1) }.max() ?? .infinity
                print("sentence-bert \(recipe.rawValue): vectors differ by at most \(largest)")
                #expect(largest <= 0.001)
            }
        }
    }

    /// Where llama.cpp and transformers disagree about files of which every key is the reference converter's.
    private static func isKnownToDiffer(_ text: String, in fixture: String) -> Bool {
        switch fixture {
        // llama.cpp does not compose characters (NFC).
        case "qwen2", "qwen3", "qwen3moe": text.unicodeScalars.contains("\u{301}")
        // llama.cpp puts a space before a text also where it begins with one, and takes away what follows Phi 3's marks.
        case "phi-3-tiny": [" ", "▁", "<|"].contains { text.hasPrefix($0) }
        // transformers calls a word of more than a hundred letters unknown.
        case "bert": text.split(separator: " ").contains { $0.count > 100 }
        // transformers calls a digit in a frame unknown; llama.cpp takes the frame away.
        case "sentence-bert": text.unicodeScalars.contains("\u{20E3}")
        default: false
        }
    }

    private static func withEngine(
        _ fixture: String, _ recipe: QuantizationRecipe, _ options: [String], _ body: (TestEngine) async throws -> Void
    ) async throws {
        try await withTemporaryDirectory { folder in
            let file = folder.appending("model.gguf")
            try await ModelFixture.convert(fixture, recipe, to: file)
            try await TestEngine.run(file, options, body)
        }
    }
}

/// How far logits are apart. Engines tell logarithms of probabilities, which are the logits but for a constant.
private struct Difference {
    let largest: Double
    let relativeSquare: Double

    init(_ first: [Double], _ second: [Double]) {
        func centred(_ values: [Double]) -> [Double] {
            let mean = values.reduce(0, +) / Double(values.count)
            return values.map { $0 - mean }
        }
        let (ours, theirs) = (centred(first), centred(second))
        let differences = zip(ours, theirs).map { $0 - $1 }
        // A token that the engine did not name makes it all no number, which no limit allows.
        largest = differences.reduce(0) { $1.isNaN || $0.isNaN ? .nan : max($0, abs($1)) }
        relativeSquare = differences.reduce(0) { $0 + $1 * $1 } / theirs.reduce(0) { $0 + $1 * $1 }
    }
}
