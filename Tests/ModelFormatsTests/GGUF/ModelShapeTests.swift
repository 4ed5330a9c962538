import SystemPackage
import TestSupport
import Testing

@testable import ModelFormats

@Suite struct ModelShapeTests {
    private func shape(_ architecture: String, _ values: [String: GGUFValue]) -> ModelShape? {
        let own = values.map { GGUFKeyValue("\(architecture).\($0)", $1) }
        return ModelShape(GGUFMetadata([GGUFKeyValue("general.architecture", .string(ByteText(architecture)))] + own))
    }

    private func base(_ more: [String: GGUFValue] = [:]) -> [String: GGUFValue] {
        [
            "block_count": .uint32(6), "embedding_length": .uint32(512), "attention.head_count": .uint32(8),
            "attention.head_count_kv": .uint32(2), "feed_forward_length": .uint32(1024),
        ].merging(more) { $1 }
    }

    @Test func `a decoder keeps keys and values of each layer, 16 bits for each number`() throws {
        // SmolLM2-135M: llama-server reports 360 MiB for 4 x 4096 tokens.
        let small = try #require(
            shape(
                "llama",
                [
                    "block_count": .uint32(30), "embedding_length": .uint32(576), "attention.head_count": .uint32(9),
                    "attention.head_count_kv": .uint32(3), "feed_forward_length": .uint32(1536),
                ]))
        #expect(small.bytesPerToken * 16384 == 360 << 20 && small.windowBytesPerToken == 0 && small.stateBytes == 0 && small.layers == 30)
        let other = try #require(shape("qwen3", base(["attention.key_length": .uint32(128), "attention.value_length": .uint32(96)])))
        #expect(other.fullBytesPerToken == 6 * 2 * (128 + 96) * 2)
        // Without the number of key heads each head has its own.
        #expect(shape("gpt2", base(["attention.head_count_kv": .string("x")]))?.fullBytesPerToken == Int64(6 * 8 * 128 * 2))
    }

    @Test func `layers with a window keep only that: by array, by number, and by the architecture's own rule`() throws {
        let layer: Int64 = 2 * 128 * 2
        let window: [String: GGUFValue] = ["attention.sliding_window": .uint32(512)]
        let gemma = try #require(shape("gemma3", base(window)))
        #expect(gemma.window == 512 && gemma.windowBytesPerToken == 5 * layer && gemma.fullBytesPerToken == layer)
        let flags = GGUFValue.array(.bool([true, false, true, false, true, false]))
        #expect(shape("new", base(window.merging(["attention.sliding_window_pattern": flags]) { $1 }))?.windowBytesPerToken == 3 * layer)
        #expect(shape("gemma2", base(window.merging(["attention.sliding_window_pattern": .uint32(3)]) { $1 }))?.windowBytesPerToken == 4 * layer)
        // llama.cpp ignores the window of other architectures.
        #expect(shape("llama", base(window))?.fullBytesPerToken == 6 * layer)
        #expect(shape("smallthinker", base(window))?.windowBytesPerToken == 4 * layer)
    }

    @Test func `recurrent layers have a state of constant size and no keys and values`() throws {
        let ssm: [String: GGUFValue] = [
            "ssm.state_size": .uint32(16), "ssm.inner_size": .uint32(1024), "ssm.conv_kernel": .uint32(4), "ssm.group_count": .uint32(1),
        ]
        let state: Int64 = (3 * (1024 + 2 * 16) + 16 * 1024) * 4
        let mamba = try #require(
            shape("mamba2", base(ssm.merging(["attention.head_count": .uint32(0), "attention.head_count_kv": .uint32(0)]) { $1 })))
        #expect(mamba.bytesPerToken == 0 && mamba.stateBytes == 6 * state)
        let heads = GGUFValue.array(.int32([0, 2, 0, 0, 2, 0]))
        let jamba = try #require(shape("jamba", base(ssm.merging(["attention.head_count_kv": heads]) { $1 })))
        #expect(jamba.bytesPerToken == 2 * 2 * 128 * 2 && jamba.stateBytes == 4 * state)
        let next = try #require(shape("qwen3next", base(ssm.merging(["full_attention_interval": .uint32(3)]) { $1 })))
        #expect(next.bytesPerToken == 2 * 2 * 128 * 2 && next.stateBytes == 4 * state)
        let rwkv = try #require(shape("rwkv7", base(["wkv.head_size": .uint32(64)])))
        #expect(rwkv.bytesPerToken == 0 && rwkv.stateBytes == 6 * 512 * 66 * 4)
    }

    @Test func `latent attention has no values, and layers that share or predict keep nothing`() {
        let latent: [String: GGUFValue] = [
            "attention.head_count_kv": .uint32(1), "attention.key_length": .uint32(576), "attention.value_length": .uint32(512),
            "attention.key_length_mla": .uint32(192),
        ]
        #expect(shape("deepseek2", base(latent))?.fullBytesPerToken == Int64(6 * 576 * 2))
        #expect(shape("gemma3n", base(["attention.shared_kv_layers": .uint32(2)]))?.bytesPerToken == Int64(4 * 2 * 128 * 2))
        #expect(shape("glm4moe", base(["nextn_predict_layers": .uint32(1)]))?.bytesPerToken == Int64(5 * 2 * 128 * 2))
    }

    @Test(arguments: [
        ("block_count", GGUFValue.uint64(1 << 62)), ("block_count", .uint32(0)), ("embedding_length", .uint64(1 << 40)),
        ("attention.head_count", .uint32(1 << 31)), ("attention.head_count_kv", .uint64(.max)), ("attention.key_length", .uint32(.max)),
        ("attention.value_length", .uint64(1 << 50)), ("ssm.state_size", .uint32(1 << 31)), ("wkv.head_size", .uint64(1 << 60)),
        ("attention.head_count", .array(.uint32([1, 2]))),
    ]) func `numbers that no model has give no shape, and never an overflow`(key: String, value: GGUFValue) {
        let found = shape("llama", base([key: value]))
        // A number that does not fit into an integer is the same as none.
        #expect(found == nil || found?.fullBytesPerToken == Int64(6 * 8 * 128 * 2), "\(key) \(value)")
    }

    @Test func `the largest numbers that are allowed do not overflow`() throws {
        let most: [String: GGUFValue] = [
            "block_count": .uint32(4095), "embedding_length": .uint32(1 << 20 - 1), "attention.head_count": .uint32(1 << 15 - 1),
            "attention.head_count_kv": .uint32(1 << 15 - 1), "attention.key_length": .uint32(1 << 15 - 1),
            "attention.value_length": .uint32(1 << 15 - 1), "ssm.state_size": .uint32(1 << 20 - 1), "ssm.inner_size": .uint32(1 << 20 - 1),
            "ssm.conv_kernel": .uint32(1 << 20 - 1), "ssm.group_count": .uint32(1 << 20 - 1), "feed_forward_length": .uint64(1 << 62),
            "expert_used_count": .uint64(1 << 62), "expert_feed_forward_length": .uint64(1 << 62),
        ]
        let largest = try #require(shape("llama", most))
        #expect(largest.bytesPerToken > 0 && largest.stateBytes > 0 && largest.activations > 0)
    }

    @Test func `gemma's own file has five layers with a window, as the engine says`() async throws {
        try await withTemporaryDirectory { folder in
            try await ModelFixture(name: "gemma3", type: .f16).convert(to: folder.appending("model.gguf"))
            let shape = try #require(ModelShape(GGUFFile(opening: folder.appending("model.gguf")).metadata))
            #expect(shape.windowBytesPerToken == 5 * shape.fullBytesPerToken && shape.layers == 6)
        }
    }
}
