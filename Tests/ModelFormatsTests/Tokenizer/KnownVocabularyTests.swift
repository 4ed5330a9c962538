import Foundation
import TestSupport
import Testing

@testable import ModelFormats

/// The vocabulary of a published model: SmolLM2, out of the sample model.
@Suite struct KnownVocabularyTests {
    @Test func `the pre-tokenizer of a published model is proven, and of one with other numbers it is not`() throws {
        let metadata = try GGUFFile(opening: TestEnvironment.sampleModel).metadata
        let tokens = try #require(Self.texts(metadata["tokenizer.ggml.tokens"]))
        let merges = try #require(Self.texts(metadata["tokenizer.ggml.merges"]))
        guard case .array(.int32(let types)) = metadata["tokenizer.ggml.token_type"], types.count == tokens.count else { return #expect(Bool(false)) }
        func json(moved: Int) -> String {
            let ids = tokens.indices.filter { types[$0] == 1 }
            let added = tokens.indices.filter { types[$0] != 1 }
            return TokenizerFolder.tokenizer(
                preTokenizer:
                    #"{"type": "Sequence", "pretokenizers": [{"type": "Digits", "individual_digits": true}, {"type": "ByteLevel", "add_prefix_space": false}]}"#,
                vocabulary: "{\(ids.map { "\(Self.json(tokens[$0])): \($0 + moved)" }.joined(separator: ","))}",
                merges: "[\(merges.map(Self.json).joined(separator: ","))]",
                added: "[\(added.map { #"{"id": \#($0), "content": \#(Self.json(tokens[$0])), "special": true}"# }.joined(separator: ","))]")
        }
        let folder = try TokenizerFolder()
        try folder.write("tokenizer_config.json", "{}")
        try folder.write("tokenizer.json", json(moved: 0))
        let tokenizer = try folder.read()
        // Without a word about cleaning up the shape alone would say starcoder.
        #expect(tokenizer["pre"] == .string("smollm") && tokenizer.tokens == tokens && tokenizer.types == types)
        #expect(tokenizer["merges"] == .array(.string(merges)))
        #expect(tokenizer.notes.contains { $0.contains("proven") && $0.contains("starcoder") })
        try folder.write("tokenizer.json", json(moved: 1))
        #expect(try folder.read()["pre"] == .string("starcoder"))
    }

    private static func texts(_ value: GGUFValue?) -> [ByteText]? { if case .array(.string(let texts)) = value { texts } else { nil } }

    private static func json(_ text: ByteText) -> String {
        "\"\(text.description.replacing("\\", with: "\\\\").replacing("\"", with: "\\\""))\""
    }
}
