/// One step of tokenizer.json's `pre_tokenizer`: nested sequences are one list of them.
enum PreTokenizerStep: Equatable {
    /// Splits if told so, then writes bytes in GPT-2's alphabet.
    case byteLevel(splits: Bool, addsSpace: Bool)
    /// Digits are words, alone or in a row.
    case digits(alone: Bool)
    /// Punctuation is a word, in a row.
    case punctuation
    /// What a known pattern finds are words.
    case split(PreTokenizerPattern)
    /// Anything else, such as a pattern that is not known: what a person should read about it.
    case unknown(String)

    /// The steps of a pre-tokenizer, none of `null`.
    static func steps(of value: JSONValue?) -> [PreTokenizerStep] {
        guard let value, !value.isNull else { return [] }
        switch value["type"]?.string {
        case "Sequence": return value["pretokenizers"]?.list.flatMap(steps) ?? []
        case "ByteLevel":
            return [.byteLevel(splits: value["use_regex"]?.bool ?? true, addsSpace: value["add_prefix_space"]?.bool ?? true)]
        case "Digits": return [.digits(alone: value["individual_digits"]?.bool ?? false)]
        case "Punctuation" where value["behavior"]?.string == "Contiguous": return [.punctuation]
        case "Split": return [split(value)]
        case let type: return [.unknown("a step \(type ?? "without a type")")]
        }
    }

    /// Words are what is found and what is between (Isolated), or only what is found (Removed, inverted): these patterns find everything.
    private static func split(_ value: JSONValue) -> PreTokenizerStep {
        let expression = value["pattern"]?["Regex"]?.string ?? value["pattern"]?["String"]?.string ?? ""
        let isIsolated = value["behavior"]?.string == "Isolated" && value["invert"]?.bool != true
        let isInverted = value["behavior"]?.string == "Removed" && value["invert"]?.bool == true
        guard isIsolated || isInverted, let pattern = PreTokenizerPattern(expression: expression), isIsolated || pattern != .threeDigits else {
            return .unknown("the pattern \(expression)")
        }
        return .split(pattern)
    }
}
