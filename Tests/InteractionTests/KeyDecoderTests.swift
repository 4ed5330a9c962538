import Interaction
import TestSupport
import Testing

struct KeyDecoderTests {
    private func keys(_ text: String) -> [Key] {
        var decoder = KeyDecoder()
        return decoder.decode(text.utf8)
    }

    @Test(arguments: [
        ("abc", [Key.text("abc")]), ("é漢👩‍👩‍👧", [.text("é漢👩‍👩‍👧")]), ("a\rb\n", [.text("a"), .enter, .text("b"), .enter]), ("\r\n", [.enter]),
        ("\u{1}\u{5}\u{2}\u{6}", [.home, .end, .left, .right]), ("\u{3}\u{4}", [.interrupt, .endOfInput]),
        (
            "\u{7F}\u{8}\u{B}\u{15}\u{17}\u{19}\u{C}\u{14}",
            [.backspace, .backspace, .killToEnd, .killToStart, .killWordLeft, .yank, .clearScreen, .transpose]
        ),
        ("\u{1B}[A\u{1B}[B\u{1B}[C\u{1B}[D", [.up, .down, .right, .left]), ("\u{1B}OA\u{1B}OH\u{1B}OF", [.up, .home, .end]),
        ("\u{1B}[H\u{1B}[F\u{1B}[1~\u{1B}[4~\u{1B}[3~", [.home, .end, .home, .end, .delete]),
        ("\u{1B}[1;5C\u{1B}[1;5D\u{1B}[1;3D\u{1B}b\u{1B}f\u{1B}d", [.wordRight, .wordLeft, .wordLeft, .wordLeft, .wordRight, .killWordRight]),
        ("\u{1B}\ra", [.lineEnd, .text("a")]),
        ("\u{1B}[200~one\r\ntwo\rthree\n\u{1B}[A\u{1B}[201~x", [.paste("one\ntwo\nthree\n\u{1B}[A"), .text("x")]),
    ]) func `bytes become keys`(typed: String, expected: [Key]) { #expect(keys(typed) == expected) }

    @Test(arguments: [
        "\u{1B}[99;99;99X", "\u{1B}[?1;2c", "\u{1B}[<0;35;12M", "\u{1B}]0;a title\u{7}", "\u{1B}]52;c;Zm9v\u{1B}\\", "\u{1B}P1$r0m\u{1B}\\",
        "\u{1B}[5~", "\u{1B}Z",
        "\u{1B}[" + String(repeating: "1;", count: 10_000) + "m", "\u{0}", "\u{1B}OR",
    ]) func `an unknown sequence does nothing, and what follows is typed`(sequence: String) { #expect(keys(sequence + "ok") == [.text("ok")]) }

    @Test func `keys are the same wherever the bytes are cut`() {
        let typed = "aé漢👩‍👩‍👧\u{1B}[1;5Cb\u{1B}[200~x\u{1B}[2y\u{1B}[201~\u{1B}]0;t\u{7}c\r\nd\u{1B}OA"
        func joined(_ keys: [Key]) -> [Key] {
            keys.reduce(into: []) { result, key in
                if case .text(let more) = key, case .text(let text)? = result.last {
                    result[result.count - 1] = .text(text + more)
                } else {
                    result.append(key)
                }
            }
        }
        let whole = joined(keys(typed))
        #expect(whole.contains(.paste("x\u{1B}[2y")))
        for size in 1...7 {
            var decoder = KeyDecoder()
            let bytes = Array(typed.utf8)
            let found = stride(from: 0, to: bytes.count, by: size).flatMap { decoder.decode(bytes[$0..<min($0 + size, bytes.count)]) }
            #expect(joined(found) == whole, "pieces of \(size)")
        }
    }

    @Test func `bytes that are not UTF-8 become the replacement character, and a cut character waits`() {
        var decoder = KeyDecoder()
        #expect(decoder.decode([0x61, 0xFF, 0x62]) == [.text("a\u{FFFD}b")])
        #expect(decoder.decode([0xE6, 0xBC]) == [])
        #expect(decoder.decode([0xA2]) == [.text("漢")])
        #expect(decoder.decode([0xE6, 0x0D]) == [.text("\u{FFFD}"), .enter])
    }

    @Test func `the Escape key does nothing, also before a letter`() {
        var decoder = KeyDecoder()
        #expect(decoder.decode([0x1B]) == [] && decoder.isInSequence)
        decoder.settle()
        #expect(!decoder.isInSequence && decoder.decode("b".utf8) == [.text("b")])
    }

    @Test(arguments: ["\u{1B}]", "\u{1B}_", "\u{1B}^", "\u{1B}P", "\u{1B}X", "\u{1B}]0;a title"])
    func `a text for the terminal without an end is left by Ctrl-C, Ctrl-D, Enter or a pause`(begin: String) {
        #expect(keys(begin + "\u{3}a") == [.interrupt, .text("a")] && keys(begin + "\u{4}") == [.endOfInput] && keys(begin + "\r") == [.enter])
        var decoder = KeyDecoder()
        #expect(decoder.decode(begin.utf8) == [] && decoder.isInSequence)
        decoder.settle()
        #expect(decoder.decode("b\r".utf8) == [.text("b"), .enter])
    }

    @Test func `a paste without an end takes no more than its limit, and the end still ends it`() {
        var decoder = KeyDecoder()
        _ = decoder.decode("\u{1B}[200~".utf8)
        for _ in 0..<20 { #expect(decoder.decode(Array(repeating: 0x61, count: 64 << 10)) == []) }
        let found = decoder.decode("\u{1B}[201~b".utf8)
        #expect(found == [.paste(String(repeating: "a", count: KeyDecoder.longestPaste)), .text("b")])
    }

    @Test func `random bytes never end it, and a line can be typed afterwards`() {
        var generator = SeededGenerator(seed: 19)
        for _ in 0..<200 {
            var decoder = KeyDecoder()
            let bytes = (0..<500).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
            _ = decoder.decode(bytes)
            // Ends a paste, a text for the terminal, or a sequence.
            _ = decoder.decode(Array("\u{1B}[201~\u{7}\u{1B}\\m\r".utf8))
            let after = decoder.decode("ok\r".utf8)
            #expect(after.suffix(1) == [.enter], "\(bytes)")
        }
    }
}
