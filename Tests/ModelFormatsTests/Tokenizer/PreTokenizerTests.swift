import Hashing
import RoostCore
import Testing

@testable import ModelFormats

@Suite struct PreTokenizerTests {
    private static func split(_ expression: String, behavior: String = "Isolated", invert: Bool = false) -> String {
        let escaped = expression.replacing("\\", with: "\\\\")
        return #"{"type": "Split", "pattern": {"Regex": "\#(escaped)"}, "behavior": "\#(behavior)", "invert": \#(invert)}"#
    }

    private static func sequence(_ steps: String...) -> String { #"{"type": "Sequence", "pretokenizers": [\#(steps.joined(separator: ","))]}"# }

    private static let bytes = #"{"type": "ByteLevel", "add_prefix_space": false, "use_regex": false}"#
    private static let splittingBytes = #"{"type": "ByteLevel", "add_prefix_space": false, "use_regex": true}"#
    private static let digits = #"{"type": "Digits", "individual_digits": true}"#
    /// As tokenizer.json has them.
    private static let llama3 =
        #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#
    private static let qwen2 =
        #"(?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#
    private static let qwen35 =
        #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#
    private static let tekken =
        #"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+"#
        + #"[\p{Ll}\p{Lm}\p{Lo}\p{M}]*|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"#
    private static let gpt4o =
        #"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\r\n\p{L}\p{N}]?"#
        + #"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*"#
        + #"|\s*[\r\n]+|\s+(?!\S)|\s+"#

    private static let shapes: [(steps: String, ignoresMerges: Bool, name: String)] = [
        (splittingBytes, false, "gpt-2"), (sequence(digits, splittingBytes), false, "starcoder"), (sequence(split(llama3), bytes), true, "llama-bpe"),
        (sequence(split(llama3), bytes), false, "dbrx"), (sequence(split(qwen2), bytes), false, "qwen2"),
        (sequence(split(qwen35), bytes), false, "qwen35"),
        (sequence(split(tekken), bytes), true, "tekken"), (sequence(split(gpt4o), bytes), false, "gpt-4o"),
        (sequence(sequence(split(llama3, behavior: "Removed", invert: true)), bytes), false, "dbrx"),
    ]

    @Test(arguments: shapes) func `the shape of an unknown vocabulary says the name`(steps: String, ignoresMerges: Bool, name: String) throws {
        let folder = try TokenizerFolder()
        try folder.write("tokenizer.json", TokenizerFolder.tokenizer(preTokenizer: steps, model: #""ignore_merges": \#(ignoresMerges),"#))
        let tokenizer = try folder.read()
        #expect(tokenizer["pre"] == .string(ByteText(name)))
        #expect(tokenizer.notes.contains { $0.contains("not in the list of known vocabularies") })
    }

    @Test func `what is said about cleaning up makes the difference of two names`() throws {
        let folder = try TokenizerFolder()
        try folder.write("tokenizer.json", TokenizerFolder.tokenizer(preTokenizer: Self.sequence(Self.digits, Self.splittingBytes)))
        try folder.write("tokenizer_config.json", #"{"clean_up_tokenization_spaces": false}"#)
        #expect(try folder.read()["pre"] == .string("smollm"))
    }

    @Test(arguments: [
        sequence(split("(a*)*b"), bytes), sequence(split(llama3, behavior: "MergedWithNext"), bytes), sequence(split(qwen2), splittingBytes),
        sequence(#"{"type": "Whitespace"}"#, bytes), sequence(digits, bytes), #"{"type": "ByteLevel", "use_regex": false}"#,
    ]) func `an unknown shape is refused, unless a person gives the name`(steps: String) throws {
        let folder = try TokenizerFolder()
        try folder.write("tokenizer.json", TokenizerFolder.tokenizer(preTokenizer: steps))
        let error = try #require(throws: RoostError.self) { try folder.read() }
        #expect(error.code == .unsupportedModel && error.field == "pre_tokenizer")
        #expect(try folder.read { $0.preTokenizer = "falcon" }["pre"] == .string("falcon"))
        #expect(throws: RoostError.self) { try folder.read { $0.preTokenizer = "nobody's" } }
    }

    @Test func `the error about a pattern names it`() throws {
        let folder = try TokenizerFolder()
        try folder.write("tokenizer.json", TokenizerFolder.tokenizer(preTokenizer: Self.sequence(Self.split("(a*)*b"), Self.bytes)))
        #expect(try #require(throws: RoostError.self) { try folder.read() }.message.contains("(a*)*b"))
    }

    @Test func `the check text is the reference's`() {
        let digest = SHA256.hash(data: Array(PreTokenizer.checkText.utf8)).prefix(8).map { String($0, radix: 16) }.joined()
        #expect(digest == "a36179c1e2b1cfcf" && PreTokenizer.checkText.unicodeScalars.count == 350)
    }

    @Test func `patterns split as their models' tokenizers do`() throws {
        #expect(try PreTokenizerPattern.llama3.split("I'VE 12345 a\r\n  b!!\n") == ["I", "'VE", " ", "123", "45", " a", "\r\n", " ", " b", "!!\n"])
        #expect(try PreTokenizerPattern.qwen2.split("x12 \u{301}y") == ["x", "1", "2", " \u{301}", "y"])
        #expect(try PreTokenizerPattern.qwen35.split("x12 e\u{301}y") == ["x", "1", "2", " e\u{301}y"])
        #expect(try PreTokenizerPattern.gpt2.split("don't  12 e\u{301}") == ["don", "'t", " ", " 12", " e", "\u{301}"])
        #expect(try PreTokenizerPattern.gpt4o.split("HelloWorld'S 1234/") == ["Hello", "World'S", " ", "123", "4", "/"])
        #expect(try PreTokenizerPattern.tekken.split("HelloWorld's 12") == ["Hello", "World", "'s", " ", "1", "2"])
    }

    @Test func `added tokens are found from the left, the longest first, with the space around them if they take it`() {
        func token(_ id: Int, _ text: String, left: Bool = false, right: Bool = false, word: Bool = false) -> AddedToken {
            AddedToken(id: id, content: ByteText(text), isSpecial: false, stripsLeft: left, stripsRight: right, isSingleWord: word)
        }
        let splitter = AddedTokenSplitter([
            token(1, "<a>"), token(2, "<a><b>"), token(3, "<m>", left: true, right: true), token(4, "w", word: true), token(5, ""),
        ])
        #expect(splitter.split("x<a><b><a>y") == [.text("x"), .token(2), .token(1), .text("y")])
        #expect(splitter.split("x  <m>\n y") == [.text("x"), .token(3), .text("y")])
        #expect(splitter.split("w ww w") == [.token(4), .text(" ww "), .token(4)])
        #expect(splitter.split("") == [])
    }
}
