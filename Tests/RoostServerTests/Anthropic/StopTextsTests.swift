import Testing

@testable import RoostServer

/// Where a text ends that must not contain some others.
@Suite struct StopTextsTests {
    /// The text up to a stop text, and the stop text, of a text in pieces.
    private func search(_ texts: [String], in pieces: [String]) -> (before: String, found: String?) {
        var stops = StopTexts(texts)
        var before = pieces.map { stops.add($0) }.joined()
        before += stops.finish()
        return (before, stops.found)
    }

    /// Every way to cut a short text into pieces.
    private func cuts(of text: String) -> [[String]] {
        let characters = Array(text)
        return (0..<1 << max(0, characters.count - 1)).map { mask in
            characters.indices.reduce(into: [""]) { pieces, index in
                pieces[pieces.count - 1].append(characters[index])
                if mask >> index & 1 == 1, index < characters.count - 1 { pieces.append("") }
            }
        }
    }

    @Test(
        arguments: [
            (["END"], "one END two", "one ", "END"), (["\n\n"], "a\nb\n\nc", "a\nb", "\n\n"), (["aab"], "aaab", "a", "aab"),
            (["abcd", "bc"], "xabcd", "xa", "bc"), (["b", "ab"], "xab", "x", "ab"), (["ñö", "🐚"], "ñ🐚ñö", "ñ", "🐚"), (["xyz"], "xyxy", "xyxy", nil),
            ([], "anything", "anything", nil), (["a"], "", "", nil), (["zz"], "z", "z", nil),
        ] as [([String], String, String, String?)])
    func `the first stop text ends a text, however it is cut`(texts: [String], text: String, before: String, found: String?) {
        for pieces in cuts(of: text) {
            let result = search(texts, in: pieces)
            #expect(result.before == before && result.found == found, "\(pieces)")
        }
    }

    @Test func `only what may become a stop text is held back`() {
        var stops = StopTexts(["</answer>", "STOP"])
        #expect(stops.add("All of this ") == "All of this ")
        #expect(stops.add("and 1 <") == "and 1 ")
        #expect(stops.add(" 2 </ans") == "< 2 ")
        #expect(stops.add("were") == "</answere")
        #expect(stops.found == nil && stops.finish() == "")
    }

    @Test func `after a stop text nothing comes`() {
        var stops = StopTexts(["."])
        #expect(stops.add("One. Two") == "One" && stops.found == ".")
        #expect(stops.add(" Three") == "" && stops.finish() == "")
    }
}
