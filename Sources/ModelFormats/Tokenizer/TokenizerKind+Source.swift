import RoostCore

extension TokenizerKind {
    /// Determines the kind of the tokenizer from the files.
    ///
    /// - Throws: `RoostError` with code `unsupportedModel`.
    init(_ source: TokenizerSource) throws {
        if let tokenizer = source.tokenizer, let kind = try Self.kind(of: tokenizer) {
            // If there is a byte-level vocabulary, the tokenizer.model beside it belongs to another library (tiktoken).
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

    /// The kind of a tokenizer.json; `nil` if it is not supported.
    private static func kind(of tokenizer: JSONValue) throws -> TokenizerKind? {
        guard let model = tokenizer["model"] else { return nil }
        // Files of 2020 do not contain the type.
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
