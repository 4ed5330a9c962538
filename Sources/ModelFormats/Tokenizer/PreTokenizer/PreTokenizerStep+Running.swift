extension PreTokenizerStep {
    /// Applies the step to the words of the previous steps.
    ///
    /// - Returns: The words; `nil` if the step is unknown.
    func run(_ words: [String]) throws -> [String]? {
        switch self {
        case .byteLevel(let splits, let addsSpace):
            let spaced = addsSpace ? words.map { $0.first == " " ? $0 : " " + $0 } : words
            let parts = splits ? try spaced.flatMap(PreTokenizerPattern.gpt2.split) : spaced
            return parts.map { String(String.UnicodeScalarView($0.utf8.map { Self.alphabet[Int($0)] })) }
        case .digits(let alone): return words.flatMap { Self.split($0, alone: alone) { [.decimalNumber, .letterNumber, .otherNumber].contains($0) } }
        case .punctuation: return words.flatMap { Self.split($0, alone: false, where: \.isPunctuation) }
        case .split(let pattern): return try words.flatMap(pattern.split)
        case .unknown: return nil
        }
    }

    /// Splits a word at the boundaries of scalars in some categories.
    private static func split(_ word: String, alone: Bool, where isFound: (Unicode.GeneralCategory) -> Bool) -> [String] {
        var parts: [String.UnicodeScalarView] = []
        var wasFound: Bool?
        for scalar in word.unicodeScalars {
            let found = isFound(scalar.properties.generalCategory)
            if found != wasFound || found && alone { parts.append(String.UnicodeScalarView()) }
            parts[parts.count - 1].append(scalar)
            wasFound = found
        }
        return parts.map { String($0) }
    }

    /// The character for each byte: the byte's own if it is printable, otherwise the next one from U+0100 on.
    static let alphabet: [Unicode.Scalar] = {
        var next: UInt32 = 0x100
        return (0...255).map { (byte: UInt8) in
            if (33...126).contains(byte) || (161...172).contains(byte) || byte >= 174 { return Unicode.Scalar(byte) }
            defer { next += 1 }
            return Unicode.Scalar(next) ?? " "
        }
    }()
}

extension Unicode.GeneralCategory {
    /// Whether the category is one of P.
    var isPunctuation: Bool {
        switch self {
        case .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation, .initialPunctuation, .finalPunctuation, .otherPunctuation:
            true
        default: false
        }
    }
}
