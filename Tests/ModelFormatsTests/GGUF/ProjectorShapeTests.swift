import RoostCore
import SystemPackage
import TestSupport
import Testing

@testable import ModelFormats

/// What a projector's file says, and whether two vocabularies are one.
@Suite struct ProjectorShapeTests {
    private static let fixture = TestEnvironment.testFile("../Fixtures/vision/mmproj-F16.gguf")

    private func file(_ keyValues: [GGUFKeyValue], tensors: [(String, [Int])] = []) -> GGUFFile {
        let tensors = tensors.map { name, shape in
            GGUFTensor(name: name, type: .f16, dimensions: shape, offset: 0, byteCount: Int64(2 * shape.reduce(1, *)))
        }
        return GGUFFile(version: 3, metadata: GGUFMetadata(keyValues), tensors: tensors, alignment: 32, dataOffset: 0, size: 0)
    }

    private func projector(
        _ more: [GGUFKeyValue], tensors: [(String, [Int])] = [], vision: Bool = true, audio: Bool = false
    ) throws -> ProjectorShape {
        let keys = [
            GGUFKeyValue("general.architecture", .string("clip")), GGUFKeyValue("clip.has_vision_encoder", .bool(vision)),
            GGUFKeyValue("clip.has_audio_encoder", .bool(audio)),
        ]
        return try ProjectorShape(file(keys + more, tensors: tensors), name: "mmproj.gguf")
    }

    @Test func `a real projector's numbers are those of its file`() throws {
        let file = try GGUFFile(opening: Self.fixture)
        let shape = try ProjectorShape(file, name: "mmproj-F16.gguf")
        #expect(shape.seesImages && !shape.hearsSounds && shape.fits(embeddingLength: 64) && !shape.fits(embeddingLength: 32))
        #expect(shape.weightBytes == file.tensors.reduce(0) { $0 + $1.byteCount } && (50_000..<file.size).contains(shape.weightBytes))
        // Sixteen patches of eight by eight pixels.
        #expect(shape.computeBytes == 16 * (4 * 32 + 64 + 3 * 64) * 4 && shape.leastStep == 1)
    }

    @Test func `of a file of today the length is what it says, of an older one a dimension of its last tensors`() throws {
        let length = GGUFKeyValue("clip.vision.projection_dim", .uint32(2560))
        let tensors = [("mm.2.weight", [1024, 4096]), ("v.blk.0.attn_q.weight", [1024, 1024])]
        let new = try projector([length, GGUFKeyValue("general.type", .string("mmproj"))], tensors: tensors)
        #expect(new.fits(embeddingLength: 2560) && !new.fits(embeddingLength: 4096) && new.lengthsForPeople == "2560")
        let old = try projector([length], tensors: tensors)
        #expect(old.fits(embeddingLength: 4096) && !old.fits(embeddingLength: 2560))
        #expect(try projector([]).fits(embeddingLength: 7), "a file that says nothing is left to the engine")
    }

    @Test(arguments: [("gemma3", 256), ("gemma4v", 2048), ("qwen3vl_merger", 1)])
    func `an image that is read without order needs a step of its length`(type: String, step: Int) throws {
        #expect(try projector([GGUFKeyValue("clip.projector_type", .string(ByteText(type)))]).leastStep == step)
        #expect(try projector([GGUFKeyValue("clip.vision.projector_type", .string(ByteText(type)))]).leastStep == step)
    }

    @Test func `a projector for sounds sees no images, and a file that encodes neither, or a model, is none`() throws {
        let ears = try projector([], vision: false, audio: true)
        #expect(ears.hearsSounds && !ears.seesImages && ears.computeBytes >= 0)
        let error = try #require(throws: RoostError.self) { try projector([], vision: false) }
        #expect(error.code == .unsupportedModel && error.message.contains("neither images nor sounds"), "\(error.message)")
        let model = file([GGUFKeyValue("general.architecture", .string("llama")), GGUFKeyValue("clip.has_vision_encoder", .bool(true))])
        #expect(throws: RoostError.self) { try ProjectorShape(model, name: "x.gguf") }
    }

    @Test func `numbers that no projector has are limited`() throws {
        let names = ["patch_size", "image_size", "image_max_pixels", "embedding_length", "feed_forward_length"]
        for value in [0, 1, .max] as [UInt64] {
            let shape = try projector(names.map { GGUFKeyValue("clip.vision.\($0)", .uint64(value)) })
            #expect((0..<1 << 40).contains(shape.computeBytes))
        }
    }

    // MARK: Vocabularies

    private func vocabulary(_ tokens: [String], _ more: [GGUFKeyValue] = [], kind: String = "gpt2") -> GGUFFile {
        let keys = [
            GGUFKeyValue("tokenizer.ggml.model", .string(ByteText(kind))),
            GGUFKeyValue("tokenizer.ggml.tokens", .array(.string(tokens.map { ByteText($0) }))),
        ]
        return file(keys + more)
    }

    @Test func `two models of a family have one vocabulary, also a padded one with other special tokens`() {
        let tokens = (0..<300).map { "t\($0)" }
        let own = vocabulary(tokens)
        #expect(own.vocabularyDifference(to: own) == nil)
        #expect(vocabulary(["<s>"] + tokens.dropFirst() + (0..<128).map { "pad\($0)" }).vocabularyDifference(to: own) == nil)
        #expect(vocabulary(["a"]).vocabularyDifference(to: vocabulary(["b"])) == nil)
    }

    @Test func `another vocabulary is told by what differs`() {
        let tokens = (0..<300).map { "t\($0)" }
        var other = tokens
        other[7] = "x"
        let own = vocabulary(tokens)
        #expect(vocabulary(other).vocabularyDifference(to: own) == "its token 7 is \"x\", and there it is \"t7\"")
        #expect(vocabulary(tokens + (0..<129).map { "p\($0)" }).vocabularyDifference(to: own) == "it has 429 tokens, and there are 300")
        #expect(vocabulary(tokens, kind: "llama").vocabularyDifference(to: own)?.contains("\"llama\", and there it is \"gpt2\"") == true)
        #expect(file([]).vocabularyDifference(to: own) == "one of both files has no list of tokens")
        let adds = GGUFKeyValue("tokenizer.ggml.add_bos_token", .bool(true))
        let first = vocabulary(tokens, [adds, GGUFKeyValue("tokenizer.ggml.bos_token_id", .uint32(1))])
        let second = vocabulary(tokens, [adds, GGUFKeyValue("tokenizer.ggml.bos_token_id", .uint32(2))])
        #expect(first.vocabularyDifference(to: first) == nil && first.vocabularyDifference(to: second) == "its BOS token is another one")
        #expect(first.vocabularyDifference(to: own) == "only one of both adds a BOS token to each text")
    }
}
