import RoostCore
import Testing

@testable import ModelFormats

@Suite struct PromptMarksTests {
    private let marks = PromptMarks(["<|im_end|>", "<|im|>", "<s>", "\n\n", "\n", "é", ""])

    private func count(_ json: String) throws -> Int { marks.count(in: try JSONDocument(Array(json.utf8)).root) }

    @Test(arguments: [
        (#"{"a":"one<|im_end|>two<|im|><s"}"#, 2), (#"["<s><s>",{"b":["<s>",7,null]}]"#, 3), (#""<s> is not a name""#, 1),
        // However it is written.
        (#""\u003c|im_end|\u003E and \n\n\n""#, 3), (#""\u00e9é""#, 2), (#"{"<s>":true}"#, 0),
        (#"{"content":[{"text":"<s>","image_url":{"url":"<s><s>"}},{"input_audio":{"data":"<s>"}}]}"#, 1), (#""<|im_e<|im|>""#, 1), (#""""#, 0),
    ]) func `special tokens are found in all strings, the longest first`(json: String, expected: Int) throws {
        #expect(try count(json) == expected)
    }

    @Test func `they are the tokens of the types unknown, control and user-defined`() throws {
        let metadata = GGUFMetadata([
            GGUFKeyValue("tokenizer.ggml.tokens", .array(.string(["<unk>", "word", "<s>", "added", "<0x41>", "late"]))),
            GGUFKeyValue("tokenizer.ggml.token_type", .array(.int32([2, 1, 3, 4, 6]))),
        ])
        #expect(PromptMarks(metadata) == PromptMarks(["<unk>", "<s>", "added"]))
        #expect(PromptMarks(GGUFMetadata([])) == nil)
    }
}
