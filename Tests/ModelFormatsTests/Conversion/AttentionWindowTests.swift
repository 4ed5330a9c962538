import RoostCore
import Testing

@testable import ModelFormats

@Suite struct AttentionWindowTests {
    static let cut: [(fixture: String, changes: [String: any Sendable], context: UInt32)] = [
        ("mistral", ["sliding_window": 64], 64), ("mistral", ["sliding_window": 4096], 256),
        ("qwen2", ["use_sliding_window": true, "sliding_window": 64, "layer_types": ["full_attention", "sliding_attention"]], 64),
        ("qwen2", ["use_sliding_window": false, "sliding_window": 64, "layer_types": ["full_attention", "sliding_attention"]], 512),
        ("qwen3", ["use_sliding_window": true, "sliding_window": 64], 512), ("qwen3moe", ["use_sliding_window": true, "sliding_window": 64], 64),
    ]

    @Test(arguments: cut.indices) func `a window that llama.cpp does not keep cuts the context, which is said`(_ index: Int) async throws {
        let example = Self.cut[index]
        let source = try await ModelFixture.source(example.fixture, example.changes)
        #expect(source.value("\(source.architectureName).context_length") == .uint32(example.context))
        #expect(source.notes.contains { $0.contains("\"sliding_window\"") && $0.contains("cut from") } == (example.context == 64))
    }

    @Test func `without layer_types the layers from max_window_layers on have Qwen's window`() async throws {
        for (first, context) in [(0, UInt32(64)), (1, 64), (2, 512)] {
            let source = try await ModelFixture.source(
                "qwen2", ["use_sliding_window": true, "sliding_window": 64, "max_window_layers": first, "layer_types": nil])
            #expect(source.value("qwen2.context_length") == .uint32(context))
        }
    }

    @Test func `Mistral's class has a window of its own where the configuration has none`() async throws {
        let long: [String: Any?] = ["max_position_embeddings": 32768, "sliding_window": nil]
        #expect(try await ModelFixture.source("mistral", long).value("llama.context_length") == .uint32(4096))
        let source = try await ModelFixture.source("mistral", ["max_position_embeddings": 32768])
        #expect(source.value("llama.context_length") == .uint32(32768) && !source.notes.contains { $0.contains("sliding_window") })
    }

    @Test func `Phi 3 keeps its context, and the difference is said`() async throws {
        let source = try await ModelFixture.source("phi-3-tiny")
        #expect(source.value("phi3.context_length") == .uint32(512))
        #expect(source.notes.contains { $0.contains("beyond 32 tokens") })
    }

    @Test func `Gemma's layers with a window are written where they are not llama.cpp's own`() async throws {
        let (sliding, full) = ("sliding_attention", "full_attention")
        #expect(try await ModelFixture.source("gemma2").value("gemma2.attention.sliding_window_pattern") == nil)
        let turned = try await ModelFixture.source("gemma2", ["layer_types": [full, sliding]])
        #expect(turned.value("gemma2.attention.sliding_window_pattern") == .array(.bool([false, true])))
        let others = Array(repeating: sliding, count: 5) + [sliding]
        let all = try await ModelFixture.source("gemma3", ["layer_types": others])
        #expect(all.value("gemma3.attention.sliding_window_pattern") == .array(.bool(Array(repeating: true, count: 6))))
        let period = try await ModelFixture.source("gemma3", ["layer_types": nil, "sliding_window_pattern": 3])
        #expect(period.value("gemma3.attention.sliding_window_pattern") == .uint32(3))
    }
}
