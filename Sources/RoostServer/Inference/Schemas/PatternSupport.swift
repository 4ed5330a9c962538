/// Finds what llama-server cannot make a grammar of in a `pattern`: it then takes any string instead.
enum PatternSupport {
    private static let escapable = Set("^$.[](){}|*+?")
    private static let knownEscapes = Set("trn\\\"[]-")
    private static let hexadecimalDigits: [Character: Int] = ["x": 2, "u": 4, "U": 8]

    /// Returns why a pattern is not enforced; `nil` if it is, or if the engine refuses it as invalid.
    static func problem(of pattern: String) -> String? {
        let text = Array(pattern)
        guard text.count >= 2, text.first == "^", text.last == "$" else { return "it must begin with ^ and end with $" }
        let inner = Array(text[1..<(text.count - 1)])
        var place = 0
        while place < inner.count {
            switch inner[place] {
            case "(":
                if place + 1 < inner.count, inner[place + 1] == "?" {
                    guard place + 2 < inner.count, inner[place + 2] == ":" else { return "groups may only be ( and (?:" }
                    place += 2
                }
            case "^", "$": return "^ and $ may only stand at its ends"
            case "[":
                place += 1
                while place < inner.count, inner[place] != "]" {
                    guard inner[place] == "\\" else {
                        place += 1
                        continue
                    }
                    let length = escapeLength(inner, place)
                    guard length > 0 else { return "\(written(inner, place)) in brackets" }
                    place += length
                }
            case "{":
                guard let end = inner[place...].firstIndex(of: "}") else { return "a { without its }" }
                let bounds = inner[(place + 1)..<end].split(separator: ",", omittingEmptySubsequences: false)
                guard (1...2).contains(bounds.count), bounds.allSatisfy({ $0.allSatisfy(\.isNumber) && $0.count < 10 }),
                    !(bounds.count == 1 && bounds[0].isEmpty)
                else { return "the numbers in { }" }
                place = end
            case "]", "}": return "a \(inner[place]) of its own; write \\\(inner[place])"
            case "\\":
                guard place + 1 < inner.count else { return nil }
                let length = escapable.contains(inner[place + 1]) ? 2 : escapeLength(inner, place)
                guard length > 0 else { return written(inner, place) }
                place += length - 1
            default: break
            }
            place += 1
        }
        return nil
    }

    /// The length of an escape that grammars have; 0 for any other.
    private static func escapeLength(_ text: [Character], _ place: Int) -> Int {
        guard place + 1 < text.count else { return 0 }
        if knownEscapes.contains(text[place + 1]) { return 2 }
        guard let digits = hexadecimalDigits[text[place + 1]], place + 2 + digits <= text.count,
            text[(place + 2)..<(place + 2 + digits)].allSatisfy({ $0.isASCII && $0.isHexDigit })
        else { return 0 }
        return 2 + digits
    }

    private static func written(_ text: [Character], _ place: Int) -> String { String(text[place..<min(place + 2, text.count)]) }
}
