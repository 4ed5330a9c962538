import RoostCore

extension TokenizerKind {
    /// Finds out which kind the files are of.
    ///
    /// - Throws: `RoostError` with code `unsupportedModel`.
    init(_ source: TokenizerSource) throws {
        if let tokenizer = source.tokenizer, let kind = try Self.kind(of: tokenizer) {
            // A byte-level vocabulary beside a tokenizer.model: the latter is of another library (tiktoken).
            self = kind
        } else if try source.bytes("tokenizer.model") != nil {
            self = .sentencePiece
        } else if try source.bytes("merges.txt") != nil, source.tokenizer == nil {
            self = .bytePair
        } else if let model = source.tokenizer?["model"] {
            throw RoostError(
                .unsupportedModel,
                "The tokenizer of the kind \((model["type"]?.string ?? "").quotedForPeople) cannot be used: "
                    + "byte-level BPE, SentencePiece with bytes, and WordPiece can.")
        } else {
            throw RoostError(.unsupportedModel, "The repository has no tokenizer: no tokenizer.json, tokenizer.model, merges.txt or vocab.txt.")
        }
    }

    /// The kind of a tokenizer.json; `nil` for one that cannot be used.
    private static func kind(of tokenizer: JSONValue) throws -> TokenizerKind? {
        guard let model = tokenizer["model"] else { return nil }
        // Files of 2020 do not say the type.
        let type = model["type"]?.string ?? (model["merges"] != nil ? "BPE" : model["max_input_chars_per_word"] != nil ? "WordPiece" : nil)
        let isByteLevel =
            tokenizer["decoder"]?["type"]?.string == "ByteLevel"
            || PreTokenizerStep.steps(of: tokenizer["pre_tokenizer"]).contains { if case .byteLevel = $0 { true } else { false } }
        return switch type {
        case "BPE" where model["byte_fallback"]?.bool == true: .sentencePiece
        case "BPE" where isByteLevel: .bytePair
        case "WordPiece": .wordPiece
        default: nil
        }
    }
}
