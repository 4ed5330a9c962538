import RoostCore
import SystemPackage
import Testing

@testable import ModelFormats

@Suite struct TokenizerFixtureTests {
    static let families = ["gpt2", "llama", "smollm2", "qwen2", "qwen3", "qwen3moe", "gemma3"]

    /// As the architectures set them.
    static func rules(_ family: String, _ reference: ReferenceKeys) throws -> TokenizerRules {
        var rules = TokenizerRules()
        rules.vocabularySize = try TokenizerSource(directory: reference.repository).model?["vocab_size"]?.int
        rules.writesSpacePrefix = ["llama", "smollm2"].contains(family)
        if family == "gemma3" { rules.trailing = [GGUFKeyValue("tokenizer.ggml.add_space_prefix", .bool(false))] }
        return rules
    }

    @Test(arguments: families)
    func `all keys are those of the reference converter, in its order`(family: String) throws {
        let reference = try ReferenceKeys(family)
        let tokenizer = try Tokenizer.read(directory: reference.repository, rules: Self.rules(family, reference))
        #expect(tokenizer.keyValues.map(\.key) == reference.tokenizerKeys)
        #expect(tokenizer.keyValues.compactMap(reference.difference) == [])
    }

    @Test func `the keys of a WordPiece model are those of the reference converter`() throws {
        let reference = try ReferenceKeys("bert")
        var rules = try Self.rules("bert", reference)
        rules.kinds = [.wordPiece]
        let tokenizer = try Tokenizer.read(directory: reference.repository, rules: rules)
        #expect(["tokenizer.ggml.token_type_count"] + tokenizer.keyValues.map(\.key) == reference.tokenizerKeys)
        #expect(tokenizer.keyValues.compactMap(reference.difference) == [])
        #expect(tokenizer.tokenCount == 608)
    }

    @Test func `vocab.txt is as good as the tokenizer.json that is made of it`() throws {
        let reference = try ReferenceKeys("bert")
        let folder = try TokenizerFolder()
        try folder.remove("tokenizer.json")
        try folder.remove("tokenizer_config.json")
        try folder.write("vocab.txt", bytes: try #require(try TokenizerSource(directory: reference.repository).bytes("vocab.txt")))
        let tokenizer = try folder.read { ($0.kinds, $0.vocabularySize) = ([.wordPiece], 608) }
        #expect(Set(tokenizer.keyValues.map(\.key)) == Set(reference.tokenizerKeys).subtracting(["tokenizer.ggml.token_type_count"]))
        #expect(tokenizer.keyValues.compactMap(reference.difference) == [])
        try folder.write("vocab.txt", "a\nb\r\na\n")
        #expect(throws: RoostError.self) { try folder.read { $0.kinds = [.wordPiece] } }
    }

    @Test func `WordPiece makes the tokens that transformers makes`() throws {
        let reference = try ReferenceKeys("bert")
        let source = try TokenizerSource(directory: reference.repository)
        let vocabulary = try WordPieceVocabulary(source)
        let added = try AddedTokens(source, ids: vocabulary.tokens.ids, limit: .max).tokens
        let encoder = try #require(TextEncoder(vocabulary, source, added: added))
        for entry in try #require(reference.answers["tokenization"]?.list) {
            let text = try #require(entry["text"]?.string)
            #expect(try encoder.tokens(of: text, withTemplate: false) == entry["ids"]?.list.compactMap(\.int), "\(text)")
            #expect(try encoder.tokens(of: text, withTemplate: true) == entry["ids_with_special"]?.list.compactMap(\.int), "\(text)")
        }
    }

    @Test(arguments: families.filter { $0 != "gemma3" })
    func `text becomes the tokens that transformers makes of it`(family: String) throws {
        let reference = try ReferenceKeys(family)
        let source = try TokenizerSource(directory: reference.repository)
        let vocabulary = try BytePairVocabulary(source)
        let added = try AddedTokens(source, ids: vocabulary.tokens.ids, limit: .max).tokens
        let encoder = try #require(TextEncoder(vocabulary, source, added: added, steps: PreTokenizer.steps(source)))
        let texts = try #require(reference.answers["tokenization"]?.list)
        #expect(texts.count > 20)
        for entry in texts {
            let text = try #require(entry["text"]?.string)
            #expect(try encoder.tokens(of: text, withTemplate: false) == entry["ids"]?.list.compactMap(\.int), "\(text)")
            #expect(try encoder.tokens(of: text, withTemplate: true) == entry["ids_with_special"]?.list.compactMap(\.int), "\(text)")
        }
    }
}
