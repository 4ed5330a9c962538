import Interaction
import Testing

struct InteractionTextTests {
    @Test(arguments: [
        ("plain text\n\tof é漢👩‍👩‍👧 lines", "plain text\n\tof é漢👩‍👩‍👧 lines"), ("\u{1B}[2J\u{1B}]52;c;Zm9v\u{7}", "␛[2J␛]52;c;Zm9v␇"), ("a\rb\r\nc", "ab\nc"),
        ("x\u{9B}31m\u{7F}\u{0}", "x\u{FFFD}31m␡␀"), ("safe\u{202E}live\u{2069}", "safe\u{FFFD}live\u{FFFD}"), ("“quoted” – text", "“quoted” – text"),
    ]) func `text for a terminal cannot control it`(text: String, shown: String) {
        #expect(text.harmless == shown)
        // A stream is treated piece by piece.
        #expect(text.unicodeScalars.map { String($0).harmless }.joined() == shown)
    }

    @Test(arguments: [
        ("a", 1), ("é", 1), ("e\u{301}", 1), ("漢", 2), ("한", 2), ("👩‍👩‍👧", 2), ("❤️", 2), ("🇩🇪", 2), ("…", 1), ("ｱ", 1), ("Ａ", 2), ("", 0), ("a漢b", 4),
        ("\u{301}", 0),
    ]) func `characters are as wide as terminals show them`(text: String, columns: Int) { #expect(text.columns == columns) }

    @Test func `the history keeps the newest lines, within its number and size, and no line twice in a row`() {
        var history = InputHistory((0..<1500).map { "line \($0)" } + ["line 1499", ""])
        #expect(history.lines.count == InputHistory.mostLines && history.lines.first == "line 500" && history.lines.last == "line 1499")
        history.add(String(repeating: "x", count: InputHistory.longestLine + 1))
        #expect(history.lines.last == "line 1499")
        for letter in "abcdefghijklmnopqrst" { history.add(String(repeating: letter, count: InputHistory.longestLine)) }
        #expect(history.lines.reduce(0) { $0 + $1.utf8.count } <= InputHistory.mostBytes && history.lines.last?.first == "t")
    }

    @Test func `lines between quotes are one message`() {
        var input = MessageInput()
        #expect(input.add(" hi ") == .message("hi"))
        #expect(input.add("\"\"\"one line\"\"\"") == .message("one line"))
        #expect(input.add("\"\"\"first") == .incomplete && input.isOpen)
        #expect(input.add("  /bye") == .incomplete && input.add("last\"\"\"") == .message("first\n  /bye\nlast") && !input.isOpen)
        _ = input.add("\"\"\"")
        input.drop()
        #expect(input.add("next") == .message("next"))
        _ = input.add("\"\"\"")
        for _ in 0..<15 { #expect(input.add(String(repeating: "y", count: 64 << 10)) == .incomplete) }
        #expect(input.add(String(repeating: "y", count: 64 << 10)) == .tooLong && !input.isOpen)
    }

    @Test(arguments: [
        ("/?", ChatInstruction.help), ("/bye", .bye), ("/exit", .bye), ("/clear", .clear), ("/show", .show),
        ("/system Be brief.", .system("Be brief.")),
        ("/system", .system("")), ("/set system  Be brief. ", .system("Be brief.")),
        ("/set temperature 0.2", .set(name: "temperature", value: "0.2")),
        ("/set parameter top_k 4", .set(name: "top_k", value: "4")), ("/set think", .set(name: "think", value: "on")),
        ("/set verbose", .set(name: "verbose", value: "on")), ("/set quiet", .set(name: "verbose", value: "off")),
        ("/set noformat", .set(name: "format", value: "none")),
        ("/set nothink", .set(name: "think", value: "off")), ("/set stop \"a b\"", .set(name: "stop", value: "a b")), ("/save plans", .save("plans")),
        ("/load org/name:Q4_K_M", .load("org/name:Q4_K_M")), ("/image 'my photo.png'", .image("my photo.png")),
    ]) func `a line with a slash is for the command`(line: String, expected: ChatInstruction) { #expect(ChatInstruction(line) == expected) }

    @Test func `messages are not instructions, and a wrong instruction says what to type`() {
        #expect(ChatInstruction("hello /bye") == nil && ChatInstruction("/home/me/notes.txt says") == nil && ChatInstruction("") == nil)
        for line in ["/sett x", "/set", "/set temperature", "/save", "/load ", "/image", "/set history", "/set nowordwrap"] {
            guard case .wrong(let advice)? = ChatInstruction(line) else {
                Issue.record("\(line) is taken")
                continue
            }
            #expect(advice.hasSuffix(".") || advice.hasSuffix("\"\"\"."), "\(advice)")
        }
    }
}
