import Foundation
import ModelFormats
import SystemPackage
import TestSupport

/// A repository with a small byte-level tokenizer, parts of which a test replaces.
struct TokenizerFolder {
    private let folder: TemporaryDirectory

    init() throws {
        folder = try TemporaryDirectory()
        try write("tokenizer.json", Self.tokenizer())
        try write("tokenizer_config.json", #"{"bos_token": "<s>", "eos_token": {"content": "</s>"}}"#)
    }

    /// A tokenizer.json: `a` to `d`, "ab", "<s>" and "</s>".
    static func tokenizer(
        preTokenizer: String = #"{"type": "ByteLevel", "add_prefix_space": false}"#, postProcessor: String = "null",
        vocabulary: String = #"{"a": 0, "b": 1, "c": 2, "d": 3, "ab": 4}"#, merges: String = #"["a b"]"#,
        added: String = #"[{"id": 5, "content": "<s>", "special": true}, {"id": 6, "content": "</s>", "special": true}]"#,
        normalizer: String = "null",
        model: String = ""
    ) -> String {
        """
        {"added_tokens": \(added), "normalizer": \(normalizer), "pre_tokenizer": \(preTokenizer), "post_processor": \(postProcessor),
        "decoder": {"type": "ByteLevel"}, "model": {"type": "BPE", \(model) "vocab": \(vocabulary), "merges": \(merges)}}
        """
    }

    @discardableResult
    func write(_ name: String, _ text: String) throws -> FilePath { try folder.write(name, text.utf8) }

    func write(_ name: String, bytes: [UInt8]) throws { try folder.write(name, bytes) }

    func remove(_ name: String) throws { try FileManager.default.removeItem(atPath: folder.path.appending(name).string) }

    func read(_ change: (inout TokenizerRules) -> Void = { _ in }) throws -> Tokenizer {
        var rules = TokenizerRules()
        change(&rules)
        return try Tokenizer.read(directory: folder.path, rules: rules)
    }
}

extension Tokenizer {
    /// A value by its key without `tokenizer.` and `ggml.`.
    subscript(_ name: String) -> GGUFValue? { keyValues.last { $0.key == "tokenizer.ggml.\(name)" || $0.key == "tokenizer.\(name)" }?.value }

    var tokens: [ByteText] { if case .array(.string(let texts)) = self["tokens"] { texts } else { [] } }
    var types: [Int32] { if case .array(.int32(let types)) = self["token_type"] { types } else { [] } }
    var scores: [Float] { if case .array(.float32(let scores)) = self["scores"] { scores } else { [] } }
}
