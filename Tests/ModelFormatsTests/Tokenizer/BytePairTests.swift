import RoostCore
import Testing

@testable import ModelFormats

@Suite struct BytePairTests {
    @Test func `tokens without a text are filled up, merges are pairs with a space`() throws {
        let folder = try TokenizerFolder()
        try folder.write(
            "tokenizer.json",
            TokenizerFolder.tokenizer(vocabulary: #"{"a": 0, "b": 1, "a b": 3}"#, merges: #"[["a", "b"], ["a b", "a"]]"#))
        let tokenizer = try folder.read { $0.vocabularySize = 8 }
        #expect(tokenizer.tokens == ["a", "b", "[PAD2]", "a b", "[PAD4]", "<s>", "</s>", "[PAD7]"])
        #expect(tokenizer.types == [1, 1, 5, 1, 5, 3, 3, 5])
        #expect(tokenizer["merges"] == .array(.string(["a b", "aĠb a"])))
        #expect(tokenizer["model"] == .string("gpt2") && tokenizer.tokenCount == 8)
    }

    @Test func `vocab.json and merges.txt do without tokenizer.json`() throws {
        let folder = try TokenizerFolder()
        let other = try TokenizerFolder()
        for (name, text) in [("vocab.json", #"{"a": 0, "b": 1, "ab": 2, "<|endoftext|>": 3}"#), ("merges.txt", "#version: 0.2\n\na b\r\n")] {
            try folder.write(name, text)
            try other.write(name, text)
        }
        try folder.remove("tokenizer.json")
        try folder.write("config.json", #"{"model_type": "gpt2", "bos_token_id": 3, "eos_token_id": 3}"#)
        let tokenizer = try folder.read()
        #expect(tokenizer.tokens == ["a", "b", "ab", "<|endoftext|>", "<s>", "</s>"] && tokenizer.types == [1, 1, 1, 3, 3, 3])
        #expect(tokenizer["merges"] == .array(.string(["a b"])) && tokenizer["pre"] == .string("gpt-2"))
        #expect(tokenizer["bos_token_id"] == .uint32(4))
        #expect(try other.read().tokens.first == "a" && other.read().tokenCount == 7, "tokenizer.json wins")
    }

    @Test func `flags of tokenizer_config win, names are special, looks too, and a mark for a space is one`() throws {
        let folder = try TokenizerFolder()
        let added = #"""
            [{"id": 5, "content": "<s>"}, {"id": 6, "content": "</s>"}, {"id": 7, "content": "x▁y"}, {"id": 8, "content": "<|think|>"},
            {"id": 9, "content": "<tool>", "special": true}, {"id": 1, "content": "b", "special": false}, {"id": 11, "content": "<more>"}]
            """#
        try folder.write("tokenizer.json", TokenizerFolder.tokenizer(added: added))
        try folder.write(
            "tokenizer_config.json",
            #"""
            {"eos_token": {"content": "</s>"}, "additional_special_tokens": [{"content": "<more>"}],
            "added_tokens_decoder": {"9": {"content": "<tool>", "special": false}, "20": {"content": "<new>", "special": true}}}
            """#)
        let tokenizer = try folder.read()
        #expect(tokenizer.tokens == ["a", "b", "c", "d", "ab", "<s>", "</s>", "x y", "<|think|>", "<tool>", "[PAD10]", "<more>", "<new>"])
        #expect(tokenizer.types == [1, 4, 1, 1, 1, 4, 3, 4, 3, 4, 5, 3, 3])
    }

    @Test func `letters that only look alike are different tokens`() throws {
        let folder = try TokenizerFolder()
        try folder.write("tokenizer.json", TokenizerFolder.tokenizer(vocabulary: "{\"\u{E9}\": 0, \"e\u{301}\": 1}", merges: "[]"))
        #expect(try folder.read().tokens.prefix(2) == [ByteText("\u{E9}"), ByteText("e\u{301}")])
    }

    @Test(arguments: [
        (#"{"a": 0, "a": 1}"#, "twice"), (#"{"a": 0, "b": 0}"#, "number 0"), (#"{"a": -1}"#, "number"), (#"{"a": 1.5}"#, "number"),
        (#"{"a": true}"#, "number"),
        (#"{"a": 99999999999}"#, "number"), ("[]", "no JSON object"), (#"{"a": 0, "<s>x": 9}"#, "vocab_size"), (#"{"[PAD3]": 2}"#, "different texts"),
    ]) func `a vocabulary that is not one is refused with a reason`(vocabulary: String, reason: String) throws {
        let folder = try TokenizerFolder()
        try folder.write("tokenizer.json", TokenizerFolder.tokenizer(vocabulary: vocabulary, merges: "[]"))
        let error = try #require(throws: RoostError.self) { try folder.read { $0.vocabularySize = 8 } }
        #expect(error.code == .invalidModelFile && error.message.contains(reason), "\(error.message)")
    }

    @Test(arguments: [#"["a b", 1]"#, #"[["a"]]"#, #"[["a", 1]]"#, "{}"]) func `merges that are none are refused`(merges: String) throws {
        let folder = try TokenizerFolder()
        try folder.write("tokenizer.json", TokenizerFolder.tokenizer(merges: merges))
        #expect(throws: RoostError.self) { try folder.read() }
    }

    @Test func `sizes that no model has are refused before anything is made`() throws {
        let folder = try TokenizerFolder()
        #expect(throws: RoostError.self) { try folder.read { $0.vocabularySize = .max } }
        #expect(throws: RoostError.self) { try folder.read { $0.vocabularySize = 0 } }
        #expect(throws: RoostError.self) { try folder.read { $0.vocabularySize = -1 } }
    }

    @Test func `an empty text gets a name, as the engine would give it one`() throws {
        let folder = try TokenizerFolder()
        try folder.write("tokenizer.json", TokenizerFolder.tokenizer(vocabulary: #"{"": 0, "a": 1}"#, merges: "[]"))
        #expect(try folder.read().tokens.first == "[EMPTY_0]")
    }

    @Test func `without a begin the end is it, and is not added`() throws {
        let folder = try TokenizerFolder()
        try folder.write("tokenizer_config.json", #"{"eos_token": "</s>"}"#)
        let tokenizer = try folder.read()
        #expect(tokenizer["bos_token_id"] == .uint32(6) && tokenizer["eos_token_id"] == .uint32(6) && tokenizer["add_bos_token"] == .bool(false))
    }

    @Test func `a size with which nothing begins texts counts more than the files`() throws {
        let folder = try TokenizerFolder()
        try folder.write("tokenizer_config.json", #"{"bos_token": "<s>", "add_bos_token": true}"#)
        #expect(try folder.read { $0.sizeWithoutBegin = 8 }["add_bos_token"] == .bool(true))
        #expect(try folder.read { $0.sizeWithoutBegin = 7 }["add_bos_token"] == .bool(false))
    }

    @Test func `kinds that the architecture does not have, and unknown ones, are refused`() throws {
        let folder = try TokenizerFolder()
        #expect(throws: RoostError.self) { try folder.read { $0.kinds = [.wordPiece] } }
        try folder.write("tokenizer.json", #"{"model": {"type": "Unigram", "vocab": []}}"#)
        #expect(try #require(throws: RoostError.self) { try folder.read() }.message.contains("Unigram"))
        try folder.remove("tokenizer.json")
        #expect(try #require(throws: RoostError.self) { try folder.read() }.message.contains("no tokenizer"))
    }
}
