import Hashing
import RoostCore

/// The pre-tokenizer, which splits text into words before the vocabulary is applied: `tokenizer.ggml.pre`. With a wrong
/// one, a model loads but its results are worse.
///
/// llama.cpp's converter encodes a check text and looks up the tokens in a list of known models. Roost does the same.
/// For a vocabulary that is not in the list, the shape of `pre_tokenizer` determines the name.
struct PreTokenizer: Equatable {
    /// The name, such as `llama-bpe`.
    let name: String
    /// A note for the user on how the name was determined.
    let note: String

    /// Determines the name for a byte-level BPE.
    ///
    /// - Throws: `RoostError` with code `unsupportedModel` if neither the tokens nor the shape are known.
    init(_ vocabulary: BytePairVocabulary, _ source: TokenizerSource, added: [AddedToken]) throws {
        let steps = Self.steps(source)
        let shape = Self.name(of: steps, ignoresMerges: vocabulary.ignoresMerges, source)
        let encoder = TextEncoder(vocabulary, source, added: added, steps: steps)
        let known = try encoder.flatMap(Self.knownName)
        guard let name = known ?? shape else {
            let unknown = steps.compactMap { if case .unknown(let what) = $0 { what } else { nil } }
            throw RoostError(
                .unsupportedModel,
                "The tokenizer splits text in a way that is not known: \(unknown.first ?? "\(steps)"). "
                    + "If you know llama.cpp's name for it, give that as the pre-tokenizer.", field: "pre_tokenizer")
        }
        self.init(name: name, known: known, shape: shape)
    }

    /// Determines the name for a WordPiece vocabulary; the engine does not use it.
    init(_ vocabulary: WordPieceVocabulary, _ source: TokenizerSource, added: [AddedToken]) throws {
        let known = try TextEncoder(vocabulary, source, added: added).flatMap(Self.knownName)
        self.init(name: known ?? "default", known: known, shape: "default")
    }

    /// Uses the name that the user specified.
    ///
    /// - Throws: `RoostError` for a name that is not in the list.
    init(named name: String) throws {
        guard name == "default" || Self.namesByHash.values.contains(name) else {
            throw RoostError(.invalidRequest, "The engine knows no pre-tokenizer \(name.quotedForPeople).", field: "pre_tokenizer")
        }
        self.name = name
        note = "The pre-tokenizer is \(name), as you asked; nothing was checked."
    }

    private init(name: String, known: String?, shape: String?) {
        self.name = name
        note =
            switch (known, shape) {
            case (nil, _): "The pre-tokenizer is \(name) by the shape of tokenizer.json; the vocabulary is not in the list of known vocabularies."
            case (let known?, let shape?) where known != shape && shape != "default":
                "The pre-tokenizer is \(known), proven by the tokens of the check text; the shape of tokenizer.json alone would say \(shape)."
            default: "The pre-tokenizer is \(name), proven by the tokens of the check text."
            }
    }

    /// The name of a known vocabulary, by the digest of the check text's tokens in Python's notation.
    private static func knownName(_ encoder: TextEncoder) throws -> String? {
        guard let tokens = try encoder.tokens(of: checkText, withTemplate: true) else { return nil }
        let digest = SHA256.hash(data: Array("[\(tokens.map(String.init).joined(separator: ", "))]".utf8))
        return namesByHash[digest.hexadecimal]
    }
}

// MARK: - Shapes

extension PreTokenizer {
    /// Returns the steps in the files. Without tokenizer.json they are those of the model's family.
    static func steps(_ source: TokenizerSource) -> [PreTokenizerStep] {
        guard let tokenizer = source.tokenizer else {
            let isQwen = source.model?["model_type"]?.string?.hasPrefix("qwen") ?? false
            return isQwen ? [.split(.qwen2), .byteLevel(splits: false, addsSpace: false)] : [.byteLevel(splits: true, addsSpace: false)]
        }
        let steps = PreTokenizerStep.steps(of: tokenizer["pre_tokenizer"])
        // For a single step, transformers uses the setting of tokenizer_config.json.
        guard case .byteLevel(let splits, _) = steps.first, tokenizer["pre_tokenizer"]?["type"]?.string == "ByteLevel" else { return steps }
        return [.byteLevel(splits: splits, addsSpace: source.settings?["add_prefix_space"]?.bool ?? false)]
    }

    private static func name(of steps: [PreTokenizerStep], ignoresMerges: Bool, _ source: TokenizerSource) -> String? {
        let byteLevel = PreTokenizerStep.byteLevel(splits: false, addsSpace: false)
        let splitting = PreTokenizerStep.byteLevel(splits: true, addsSpace: false)
        return switch (steps, ignoresMerges) {
        case ([splitting], false): "gpt-2"
        case ([.digits(alone: true), splitting], false):
            source.settings?["clean_up_tokenization_spaces"]?.bool == false ? "smollm" : "starcoder"
        case ([.split(.llama3), byteLevel], true): "llama-bpe"
        case ([.split(.llama3), byteLevel], false): "dbrx"
        case ([.split(.qwen2), byteLevel], false): "qwen2"
        case ([.split(.qwen35), byteLevel], false): "qwen35"
        case ([.split(.tekken), byteLevel], true): "tekken"
        case ([.split(.gpt4o), byteLevel], false): "gpt-4o"
        default: nil
        }
    }
}
