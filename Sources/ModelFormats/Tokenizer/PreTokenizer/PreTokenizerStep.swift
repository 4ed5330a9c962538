/// A step of tokenizer.json's `pre_tokenizer`. Nested sequences are flattened.
enum PreTokenizerStep: Equatable {
    /// Optionally splits, then writes bytes in GPT-2's alphabet.
    case byteLevel(splits: Bool, addsSpace: Bool)
    /// Splits off digits, one by one or in groups.
    case digits(alone: Bool)
    /// Splits off groups of punctuation.
    case punctuation
    /// Splits with a known pattern.
    case split(PreTokenizerPattern)
    /// Any other step, such as an unknown pattern, with a description for users.
    case unknown(String)

    /// Returns the steps of a pre-tokenizer; empty for `null`.
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

    /// Parses a split step. The words are the matches and the texts between them (Isolated), or only the matches
    /// (Removed, inverted). For these patterns both are the same, because they match everything.
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
