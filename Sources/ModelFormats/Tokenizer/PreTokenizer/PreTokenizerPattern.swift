/// The regular expressions that split a text into words before byte-level BPE. Only these are ever run, because an
/// untrusted expression could run forever.
enum PreTokenizerPattern: CaseIterable {
    case gpt2, llama3, qwen2, qwen35, tekken, gpt4o, threeDigits

    private static let contractions = "(?i:'s|'t|'re|'ve|'m|'ll|'d)"
    private static let rest = #"|\s*[\r\n]+|\s+(?!\S)|\s+"#
    private static let upperStart = #"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]"#
    private static let lower = #"[\p{Ll}\p{Lm}\p{Lo}\p{M}]"#

    /// The expression, in the common syntax of tokenizer.json, llama.cpp and Swift.
    var expression: String {
        switch self {
        case .gpt2: #"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#
        case .llama3: Self.contractions + #"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*"# + Self.rest
        case .qwen2: Self.contractions + #"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*"# + Self.rest
        case .qwen35: Self.contractions + #"|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*"# + Self.rest
        case .tekken: Self.words(end: "") + #"|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*"# + Self.rest
        case .gpt4o: Self.words(end: Self.contractions + "?") + #"|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*"# + Self.rest
        case .threeDigits: "[0-9][0-9][0-9]"
        }
    }

    private static func words(end: String) -> String { "\(upperStart)*\(lower)+\(end)|\(upperStart)+\(lower)*\(end)" }

    /// Creates the pattern with an expression or an equivalent one.
    init?(expression: String) {
        let spelling = ["(?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])", "(?i:'s|'t|'re|'ve|'m|'ll|'d)"]
        let usual = expression.split(separator: spelling[0], omittingEmptySubsequences: false).joined(separator: spelling[1])
        guard let pattern = Self.allCases.first(where: { $0.expression == usual }) else { return nil }
        self = pattern
    }

    /// Splits a text into the matches of the pattern and the texts between them.
    func split(_ text: String) throws -> [String] {
        let expression = try Regex(expression).matchingSemantics(.unicodeScalar)
        var parts: [String] = []
        var end = text.startIndex
        for match in text.matches(of: expression) where !match.range.isEmpty {
            if end < match.range.lowerBound { parts.append(String(text[end..<match.range.lowerBound])) }
            parts.append(String(text[match.range]))
            end = match.range.upperBound
        }
        if end < text.endIndex { parts.append(String(text[end...])) }
        return parts
    }
}
