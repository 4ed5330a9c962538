import Interaction
import TestSupport
import Testing

struct LineEditorTests {
    private func edited(_ keys: [Key], _ history: [String] = []) -> LineEditor {
        var editor = LineEditor(history: InputHistory(history))
        for key in keys { _ = editor.handle(key) }
        return editor
    }

    @Test(arguments: [
        ([Key.text("abc"), .left, .text("X")], "abXc", 3), ([.text("abc"), .home, .delete], "bc", 0), ([.text("abc"), .backspace], "ab", 2),
        ([.text("one two"), .killWordLeft], "one ", 4), ([.text("one two"), .wordLeft, .killToEnd], "one ", 4),
        ([.text("one two"), .wordLeft, .killToStart, .end, .yank], "twoone ", 7), ([.text("ab"), .transpose], "ba", 2),
        ([.text("one two"), .home, .killWordRight], " two", 0), ([.text("a"), .lineEnd, .text("b")], "a\nb", 3),
        ([.text("漢字"), .left, .backspace], "字", 0), ([.text("e"), .text("\u{301}"), .backspace], "", 0),
        ([.text("👩"), .text("\u{200D}👩"), .backspace], "", 0), ([.text("ab"), .left, .endOfInput], "a", 1),
    ]) func `keys edit the text`(keys: [Key], text: String, cursor: Int) {
        let editor = edited(keys)
        #expect(editor.text == text && editor.cursor == cursor)
    }

    @Test func `a key that can do nothing is refused and changes nothing`() {
        var editor = LineEditor()
        for key in [Key.left, .right, .backspace, .delete, .up, .down, .killToEnd, .killWordLeft, .transpose] {
            #expect(editor.handle(key) == .refused)
        }
        #expect(editor.text.isEmpty && editor.handle(.endOfInput) == .ended && editor.handle(.interrupt) == .interrupted(hadText: false))
        _ = editor.handle(.text("x"))
        #expect(editor.handle(.interrupt) == .interrupted(hadText: true) && editor.text.isEmpty)
    }

    @Test func `Enter gives the line, and the arrows bring back the lines before and the unfinished one`() {
        var editor = edited([.text("one"), .enter, .text("two"), .enter, .text("dra")])
        #expect(editor.handle(.up) == .edited && editor.text == "two")
        _ = editor.handle(.up)
        #expect(editor.text == "one" && editor.handle(.up) == .refused)
        _ = editor.handle(.down)
        _ = editor.handle(.down)
        #expect(editor.text == "dra" && editor.handle(.down) == .refused)
        #expect(editor.handle(.enter) == .submitted("dra") && editor.text.isEmpty)
    }

    @Test func `the line that is drawn fits the terminal, with the cursor in its place`() {
        let editor = edited([.text("hello"), .left, .left])
        #expect(editor.screen(prompt: ">>> ", columns: 80) == "\r>>> hello\u{1B}[K\r\u{1B}[7C")
        let long = edited([.text(String(repeating: "abcdefghij", count: 20))])
        #expect(long.screen(prompt: ">>> ", columns: 40) == "\r>>> …\(String(repeating: "abcdefghij", count: 20).suffix(33))\u{1B}[K\r\u{1B}[38C")
        let start = edited([.text(String(repeating: "漢", count: 100)), .home])
        #expect(start.screen(prompt: ">>> ", columns: 40) == "\r>>> \(String(repeating: "漢", count: 17))…\u{1B}[K\r\u{1B}[4C")
        #expect(edited([.text("a\nb\tc")]).screen(prompt: "", columns: 80) == "\ra↵b c\u{1B}[K\r\u{1B}[5C")
    }

    @Test func `whatever is typed and wherever the cursor is, the drawn line is narrower than the terminal and harmless`() {
        var generator = SeededGenerator(seed: 7)
        let pieces = ["a", "漢", "é", "👩‍👩‍👧", "\u{1B}[2J", "\n", "\t", "e\u{301}", "\u{202E}", "🇩🇪"]
        for _ in 0..<300 {
            var editor = LineEditor()
            for _ in 0..<40 { _ = editor.handle(.paste(pieces.randomElement(using: &generator) ?? "")) }
            for _ in 0..<Int.random(in: 0..<40, using: &generator) { _ = editor.handle(.left) }
            let columns = Int.random(in: 20...60, using: &generator)
            let drawn = editor.screen(prompt: ">>> ", columns: columns)
            let text = drawn.dropFirst().prefix { $0 != "\u{1B}" }
            #expect(text.columns < columns && !text.contains("\u{1B}"), "\(drawn.debugDescription) in \(columns)")
            let cursor = drawn.wholeMatch(of: /(?s).*\u{1B}\[(\d+)C/).flatMap { Int($0.1) } ?? 0
            #expect((4..<columns).contains(cursor), "\(drawn.debugDescription)")
        }
    }

    @Test func `a paste of one megabyte is taken and drawn as one short line, and more is refused`() {
        var editor = LineEditor()
        let paste = String(repeating: "0123456789abcdef", count: 1 << 16)
        #expect(editor.handle(.paste(paste)) == .edited && editor.characters.count == 1 << 20)
        #expect(editor.screen(prompt: ">>> ", columns: 80).utf8.count < 200)
        #expect(editor.handle(.text("x")) == .refused)
        #expect(editor.handle(.enter) == .submitted(paste))
        #expect(LineEditor.finished(paste, prompt: ">>> ").hasSuffix("… (1048576 characters)\n"))
        // Too long for the history.
        #expect(editor.handle(.up) == .refused)
    }
}
