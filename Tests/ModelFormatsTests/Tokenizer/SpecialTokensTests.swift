import Testing

@testable import ModelFormats

/// What llama.cpp's converter (build 11434) writes for these files.
@Suite struct SpecialTokensTests {
    private static func special(_ text: String) -> String { #"{"SpecialToken": {"id": "\#(text)", "type_id": 0}}"# }
    private static func text(_ name: String) -> String { #"{"Sequence": {"id": "\#(name)", "type_id": 0}}"# }
    private static func template(_ single: [String], _ pair: [String]) -> String {
        #"{"type": "TemplateProcessing", "single": [\#(single.joined(separator: ","))], "pair": [\#(pair.joined(separator: ","))]}"#
    }

    private func keys(_ processor: String, settings: String, config: String = "{}") throws -> [GGUFKeyValue] {
        let folder = try TokenizerFolder()
        try folder.write("tokenizer.json", TokenizerFolder.tokenizer(postProcessor: processor))
        try folder.write("tokenizer_config.json", settings)
        try folder.write("config.json", config)
        let names = ["tokens", "token_type", "merges", "model", "pre"].map { "tokenizer.ggml.\($0)" }
        return try folder.read { $0.vocabularySize = 16 }.keyValues.filter { !names.contains($0.key) }
    }

    private func pairs(_ ids: KeyValuePairs<String, UInt32>, _ flags: KeyValuePairs<String, Bool> = [:]) -> [GGUFKeyValue] {
        ids.map { GGUFKeyValue("tokenizer.ggml.\($0)", .uint32($1)) } + flags.map { GGUFKeyValue("tokenizer.ggml.\($0)", .bool($1)) }
    }

    @Test func `a template that begins and ends texts says so, with separators between two`() throws {
        let (s, e) = (Self.special("<s>"), Self.special("</s>"))
        let both = Self.template([s, Self.text("A"), e], [s, Self.text("A"), e, Self.text("B"), e])
        let expected = pairs(["bos_token_id": 5, "eos_token_id": 6], ["add_bos_token": true, "add_eos_token": true, "add_sep_token": false])
        #expect(try keys(both, settings: #"{"bos_token": "<s>", "eos_token": "</s>"}"#) == expected)
        let sequence = #"{"type": "Sequence", "processors": [{"type": "ByteLevel"}, \#(both)]}"#
        #expect(try keys(sequence, settings: #"{"bos_token": "<s>", "eos_token": "</s>"}"#) == expected)
    }

    @Test func `a separator without an end is added`() throws {
        let processor = Self.template(
            [Self.special("<s>"), Self.text("A")], [Self.special("<s>"), Self.text("A"), Self.special("</s>"), Self.text("B")])
        let expected = pairs(["bos_token_id": 5, "eos_token_id": 6, "seperator_token_id": 6], ["add_bos_token": true, "add_sep_token": true])
        #expect(try keys(processor, settings: #"{"bos_token": "<s>", "eos_token": "</s>"}"#) == expected)
    }

    @Test func `a template that ends in another token makes the named end one of a turn`() throws {
        let processor = Self.template([Self.text("A"), Self.special("<s>")], [])
        let expected = pairs(["bos_token_id": 3, "eos_token_id": 5, "eot_token_id": 6], ["add_eos_token": true])
        let found = try keys(processor, settings: #"{"eos_token": "</s>"}"#, config: #"{"bos_token_id": 3}"#)
        #expect(Set(found) == Set(expected) && found.map(\.key).last == "tokenizer.ggml.add_eos_token")
    }

    @Test func `the template counts more than the settings, the settings more than the configuration`() throws {
        let processor = Self.template([Self.special("<s>"), Self.text("A")], [])
        let settings = #"{"bos_token": "<s>", "add_bos_token": false, "add_eos_token": true, "unk_token": "nobody"}"#
        let config =
            #"{"bos_token_id": 1, "eos_token_id": [1, 2], "pad_token_id": -1, "unk_token_id": 16, "text_config": {"eos_token_id": 3, "sep_token_id": 2}}"#
        let expected = pairs(["bos_token_id": 5, "seperator_token_id": 2], ["add_bos_token": true, "add_eos_token": true])
        #expect(try keys(processor, settings: settings, config: config) == expected)
    }

    @Test func `bytes alone add nothing, RoBERTa's template adds all`() throws {
        let settings = #"{"bos_token": "<s>", "eos_token": "</s>"}"#
        #expect(
            try keys(#"{"type": "ByteLevel"}"#, settings: settings)
                == pairs(["bos_token_id": 5, "eos_token_id": 6], ["add_bos_token": false, "add_eos_token": false]))
        #expect(
            try keys(#"{"type": "RobertaProcessing", "sep": ["</s>", 6], "cls": ["<s>", 5]}"#, settings: settings)
                == pairs(
                    ["bos_token_id": 5, "eos_token_id": 6, "seperator_token_id": 6],
                    ["add_bos_token": true, "add_eos_token": true, "add_sep_token": true]))
    }
}
