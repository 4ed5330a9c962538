import Foundation
import RoostCore
import Testing

@testable import ModelFormats

/// Configurations with which llama.cpp would compute something else than transformers.
@Suite struct ConfigurationRulesTests {
    /// A fixture, what its configuration says instead, and what the sentence has to name.
    struct Case: Sendable, CustomTestStringConvertible {
        let fixture: String
        let json: String
        let words: [String]

        init(_ fixture: String, _ json: String, _ words: String...) { (self.fixture, self.json, self.words) = (fixture, json, words) }

        var testDescription: String { "\(fixture) \(json)" }

        func changes() throws -> [String: Any?] {
            let object = try #require(try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
            return object
        }
    }

    static let refused = [
        Case("llama", #"{"hidden_act":"gelu"}"#, "hidden_act", "\"gelu\"", "\"silu\""), Case("smollm2", #"{"hidden_act":"relu2"}"#, "relu2"),
        Case("mistral", #"{"hidden_act":"gelu"}"#, "hidden_act"), Case("qwen2", #"{"hidden_act":"gelu_new"}"#, "hidden_act"),
        Case("qwen3", #"{"hidden_act":"relu"}"#, "relu"), Case("qwen3moe", #"{"hidden_act":"gelu"}"#, "gelu"),
        Case("phi-3-tiny", #"{"hidden_act":"gelu"}"#, "gelu"), Case("gpt2", #"{"activation_function":"relu"}"#, "activation_function", "relu"),
        Case("bert", #"{"hidden_act":"relu"}"#, "relu"), Case("gemma2", #"{"hidden_activation":"silu"}"#, "hidden_activation"),
        Case("gemma3", #"{"hidden_activation":"quick_gelu"}"#, "quick_gelu"),
        Case("gpt2", #"{"scale_attn_weights":false}"#, "scale_attn_weights", "false"),
        Case("gpt2", #"{"scale_attn_by_inverse_layer_idx":true}"#, "scale_attn_by_inverse_layer_idx", "true"),
        Case("gpt2", #"{"add_cross_attention":true}"#, "add_cross_attention"), Case("bert", #"{"is_decoder":true}"#, "is_decoder"),
        Case("bert", #"{"position_embedding_type":"relative_key"}"#, "position_embedding_type", "relative_key"),
        Case("gemma2", #"{"query_pre_attn_scalar":32}"#, "query_pre_attn_scalar", "32", "16"),
        Case("gemma3", #"{"query_pre_attn_scalar":256}"#, "query_pre_attn_scalar", "256", "32"),
        Case("gemma2", #"{"attn_logit_softcapping":null}"#, "attn_logit_softcapping", "null"),
        Case("gemma2", #"{"final_logit_softcapping":null}"#, "final_logit_softcapping"),
        Case("gemma3", #"{"attn_logit_softcapping":50.0}"#, "attn_logit_softcapping"), Case("gemma3", #"{"attention_bias":true}"#, "attention_bias"),
        Case("gemma3", #"{"use_bidirectional_attention":true}"#, "use_bidirectional_attention"),
        Case("gemma2", #"{"tie_word_embeddings":false}"#, "tie_word_embeddings"), Case("qwen3", #"{"attention_bias":true}"#, "attention_bias"),
        Case("qwen3moe", #"{"norm_topk_prob":false}"#, "norm_topk_prob"), Case("qwen3moe", #"{"mlp_only_layers":[0]}"#, "mlp_only_layers", "[0]"),
        Case("qwen3moe", #"{"decoder_sparse_step":2}"#, "decoder_sparse_step"),
        Case("llama", #"{"layer_types":["full_attention","linear_attention"]}"#, "layer_types", "linear_attention"),
        Case("llama", #"{"partial_rotary_factor":0.5}"#, "partial_rotary_factor"),
        Case("gemma3", #"{"layer_types":["full_attention"]}"#, "layer_types", "1 entries"),
    ]

    static let refusedScalings = [
        Case("llama", #"{"rope_scaling":{"rope_type":"longrope","factor":2}}"#, "longrope"),
        Case("llama", #"{"rope_scaling":{"rope_type":"proportional","factor":2}}"#, "proportional"),
        Case("qwen2", #"{"rope_scaling":{"rope_type":"llama3","factor":8}}"#, "llama3"),
        Case("gemma2", #"{"rope_scaling":{"rope_type":"linear","factor":8}}"#, "linear"),
        Case("llama", #"{"rope_scaling":{"factor":8}}"#, "no type"),
        Case("qwen2", #"{"rope_scaling":{"type":"yarn","factor":4,"original_max_position_embeddings":64,"beta_fast":64}}"#, "beta_fast", "64"),
        Case("qwen2", #"{"rope_scaling":{"type":"yarn","factor":4,"original_max_position_embeddings":64,"attention_factor":1}}"#, "scales attention"),
        Case("qwen2", #"{"rope_scaling":{"type":"yarn","factor":4,"original_max_position_embeddings":64,"truncate":false}}"#, "truncate"),
        Case("qwen2", #"{"rope_parameters":{"rope_type":"default","rope_theta":10000,"partial_rotary_factor":0.5}}"#, "part of each head"),
        Case(
            "gemma3",
            #"{"rope_parameters":{"full_attention":{"rope_type":"default"},"sliding_attention":{"rope_type":"linear","factor":2}}}"#, "window"),
        Case("phi-3-tiny", #"{"rope_scaling":{"type":"longrope"}}"#, "long_factor"),
    ]

    @Test(arguments: refused + refusedScalings) func `what llama.cpp would compute otherwise is refused, naming key and value`(_ example: Case)
        async throws
    {
        let error = try await #require(throws: RoostError.self) { _ = try await ModelFixture.source(example.fixture, try example.changes()) }
        #expect(error.code == .unsupportedModel)
        #expect(example.words.allSatisfy(error.message.contains), "\(error.message)")
        #expect(!error.message.lowercased().contains("get it again"))
    }

    static let accepted = [
        Case("llama", #"{"hidden_act":"swish"}"#), Case("gpt2", #"{"activation_function":"gelu_pytorch_tanh"}"#),
        Case("llama", #"{"hidden_act":null}"#), Case("gemma2", #"{"query_pre_attn_scalar":16.0}"#), Case("llama", #"{"partial_rotary_factor":1.0}"#),
        Case("llama", #"{"rope_scaling":{"rope_type":"dynamic","factor":2}}"#), Case("mistral", #"{"rope_scaling":{"type":"linear","factor":2}}"#),
        Case("qwen2", #"{"rope_scaling":{"type":"yarn","factor":4,"original_max_position_embeddings":64,"beta_fast":32}}"#),
        Case("gemma3", #"{"rope_scaling":{"rope_type":"linear","factor":8}}"#), Case("bert", #"{"hidden_act":"gelu_new"}"#),
    ]

    @Test(arguments: accepted) func `what llama.cpp computes the same is converted`(_ example: Case) async throws {
        _ = try await ModelFixture.source(example.fixture, try example.changes())
    }

    @Test func `the largest Gemma is scaled by its width, which llama.cpp knows it by its layers for`() throws {
        let large: [String: Any?] = ["num_hidden_layers": 46, "hidden_size": 4608, "num_attention_heads": 32, "layer_types": nil]
        try ConversionSource.check(ModelFixture.config("gemma2", large.merging(["query_pre_attn_scalar": 144]) { $1 }))
        #expect(throws: RoostError.self) {
            try ConversionSource.check(ModelFixture.config("gemma2", large.merging(["query_pre_attn_scalar": 128]) { $1 }))
        }
    }
}
