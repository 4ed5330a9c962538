import RoostCore
import Testing

@testable import ModelFormats

@Suite struct SentencePieceTests {
    /// A field of a message.
    private static func field(_ number: UInt8, _ bytes: [UInt8]) -> [UInt8] { [number << 3 | 2, UInt8(bytes.count)] + bytes }

    private static func piece(_ text: String, _ score: Float, type: UInt8? = nil) -> [UInt8] {
        let bits = withUnsafeBytes(of: score.bitPattern.littleEndian) { Array($0) }
        return field(1, field(1, Array(text.utf8)) + [2 << 3 | 5] + bits + (type.map { [3 << 3, $0] } ?? []))
    }

    private static let model =
        piece("<unk>", 0, type: 2) + piece("<s>", 0, type: 3) + piece("<0x41>", 0, type: 6) + piece("▁a", -1.5) + piece("u", -2, type: 4)
        + piece("v", -3, type: 5) + field(2, [8, 1]) + field(3, [])

    private static func folder(_ model: [UInt8] = model) throws -> TokenizerFolder {
        let folder = try TokenizerFolder()
        try folder.remove("tokenizer.json")
        try folder.remove("tokenizer_config.json")
        try folder.write("tokenizer.model", bytes: model)
        return folder
    }

    @Test func `pieces keep text, score and type, and what is left of the model's rows is unused`() throws {
        let tokenizer = try Self.folder().read { $0.vocabularySize = 7 }
        #expect(tokenizer.tokens == ["<unk>", "<s>", "<0x41>", "▁a", "u", "v", "[PAD6]"])
        #expect(tokenizer.types == [2, 3, 6, 1, 1, 5, 5] && tokenizer.scores == [0, 0, 0, -1.5, -2, -3, -10000])
        #expect(tokenizer["model"] == .string("llama") && tokenizer["pre"] == .string("default") && tokenizer["merges"] == nil)
    }

    @Test func `added tokens come over the pieces, and those without a row are ignored and told`() throws {
        let folder = try Self.folder()
        try folder.write("added_tokens.json", #"{"x▁": 5, "y": 6, "z": 9}"#)
        try folder.write(
            "tokenizer_config.json",
            #"{"added_tokens_decoder": {"6": {"content": "q▁"}, "1": {"content": "<s>", "special": true}, "4": {"content": "<|u|>"}, "8": {"content": "w"}}}"#
        )
        let tokenizer = try folder.read { $0.vocabularySize = 7 }
        #expect(tokenizer.tokens == ["<unk>", "<s>", "<0x41>", "▁a", "<|u|>", "x▁", "q "] && tokenizer.types == [2, 3, 6, 1, 3, 4, 4])
        #expect(tokenizer.scores[4...] == [-1000, -1000, -1000] && tokenizer.notes.count == 2)
        let literal = try folder.read { ($0.vocabularySize, $0.takesAddedTokensLiterally) = (7, true) }
        #expect(literal.tokens[4...] == ["<|u|>", "x▁", "q▁"] && literal.types[4...] == [4, 4, 4])
    }

    @Test func `a model with fewer rows than pieces keeps the first`() throws {
        #expect(try Self.folder().read { $0.vocabularySize = 4 }.tokens == ["<unk>", "<s>", "<0x41>", "▁a"])
    }

    @Test(
        arguments: [
            [], [0x0A], [0x0A, 5, 1], [0x0B], [0x0C], [0x0F], [0x07], [0, 0], [0x0A, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1],
            [0x0A, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F], [0x80], [0x08, 1], field(1, [0x08, 1]), field(1, field(1, [0xFF])),
            field(1, [2 << 3 | 5, 0, 0, 0]), field(1, [2 << 3 | 5, 0, 0, 0xC0, 0x7F]), field(1, [3 << 3, 7]), field(1, [3 << 3, 0]),
            field(1, [3 << 3, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1]), field(2, []), Array("{\"not\": \"protobuf\"}".utf8),
        ] as [[UInt8]]) func `what is no SentencePiece model is refused`(bytes: [UInt8]) throws
    {
        #expect(throws: FormatProblem.self) { try SentencePieceModel(bytes) }
        let folder = try Self.folder(bytes)
        #expect(try #require(throws: RoostError.self) { try folder.read() }.code == .invalidModelFile)
    }

    @Test func `a model cut anywhere inside a piece is refused`() throws {
        let first = Self.piece("<unk>", 0, type: 2)
        for count in 1..<first.count { #expect(throws: FormatProblem.self) { try SentencePieceModel(Array(first.prefix(count))) } }
    }

    @Test func `two pieces with one text are refused: the engine would end its process`() throws {
        let folder = try Self.folder(Self.piece("a", 0) + Self.piece("a", 1))
        #expect(try #require(throws: RoostError.self) { try folder.read() }.message.contains("different texts"))
    }

    @Test func `from tokenizer.json a token is as good as its merge is early`() throws {
        let folder = try TokenizerFolder()
        let json = TokenizerFolder.tokenizer(
            preTokenizer: "null", vocabulary: #"{"<unk>": 0, "<0x0A>": 1, "▁": 2, "a": 3, "▁a": 4, "aa": 5}"#,
            merges: #"["a a", ["▁", "a"], "a a"]"#, added: #"[{"id": 0, "content": "<unk>", "special": true}, {"id": 6, "content": "m▁"}]"#,
            normalizer: #"{"type": "Sequence", "normalizers": [{"type": "Prepend", "prepend": "▁"}]}"#,
            model: #""byte_fallback": true, "unk_token": "<unk>","#)
        try folder.write("tokenizer.json", json)
        try folder.write("tokenizer_config.json", "{}")
        let tokenizer = try folder.read { $0.vocabularySize = 8 }
        #expect(tokenizer.tokens == ["<unk>", "<0x0A>", "▁", "a", "▁a", "aa", "m ", "[PAD7]"])
        #expect(tokenizer.types == [3, 6, 1, 1, 1, 1, 4, 5])
        #expect(tokenizer.scores == [-1000, 0, -5, -6, -1, 0, -1000, -10000])
        #expect(tokenizer["add_space_prefix"] == .bool(true))
        let short = try folder.read { $0.vocabularySize = 5 }
        #expect(short.tokens.last == "▁a" && short.notes.count == 2)
        try folder.write("tokenizer_config.json", #"{"add_prefix_space": false}"#)
        #expect(try folder.read { $0.writesSpacePrefix = true }.keyValues.first == GGUFKeyValue("tokenizer.ggml.add_space_prefix", .bool(false)))
    }

    @Test func `the ranks of gemma3's tokenizer.json order its tokens as the scores of its tokenizer.model do`() throws {
        let reference = try ReferenceKeys("gemma3")
        let source = try TokenizerSource(directory: reference.repository)
        let pieces = try SentencePieceModel(try #require(try source.bytes("tokenizer.model"))).pieces
        let vocabulary = try SentencePieceVocabulary(source, TokenizerRules()).vocabulary
        let merged = Set(try BytePairVocabulary(source).merges.map { ByteText(bytes: $0.bytes.filter { $0 != 0x20 }) })
        let ids = pieces.indices.filter { vocabulary.types[$0] == .normal && pieces[$0].type == .normal && merged.contains(pieces[$0].text) }
        #expect(ids.count > 500)
        #expect(ids.sorted { vocabulary.scores[$0] > vocabulary.scores[$1] } == ids.sorted { pieces[$0].score > pieces[$1].score })
    }
}
