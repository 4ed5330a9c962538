import Testing

@testable import RoostCore

@Suite struct GlobPatternTests {
    static let texts = [
        "a.json", "sub/a.json", "", "a", "abc", "a/c", "d.txt", "a.txt", "bx", "]x", "[", "[a", "a[", "m.gguf", "sub/x", "sub/y/z",
        "p/q/x", "aXbYc", "acb", "-x", "ax", "f9", "x/y", "ab", "bX", "a/b", "Abc", "^x", "ex", "aaaaaaaaaaaaaaaaaaaaaaaaaaaa", "[!a",
        "é", "dx", "-", "文.txt",
    ]

    /// What Python 3.11's `fnmatch.fnmatchcase` says of the texts above, with the Hub client's treatment of `/` and `\`.
    static let reference: [(pattern: String, matches: [String])] = [
        ("*.json", ["a.json", "sub/a.json"]),
        (
            "*",
            [
                "a.json", "sub/a.json", "", "a", "abc", "a/c", "d.txt", "a.txt", "bx", "]x", "[", "[a", "a[", "m.gguf", "sub/x", "sub/y/z", "p/q/x",
                "aXbYc", "acb", "-x", "ax", "f9", "x/y", "ab", "bX", "a/b", "Abc", "^x", "ex", "aaaaaaaaaaaaaaaaaaaaaaaaaaaa", "[!a", "é", "dx", "-",
                "文.txt",
            ]
        ),
        ("?", ["a", "[", "é", "-"]),
        ("a?c", ["abc", "a/c"]),
        ("[abc].txt", ["a.txt"]),
        ("[!abc].txt", ["d.txt", "文.txt"]),
        ("[a-c]x", ["bx", "ax"]),
        ("[]]x", ["]x"]),
        ("[!]]x", ["bx", "-x", "ax", "^x", "ex", "dx"]),
        ("[", ["["]),
        ("[a", ["[a"]),
        ("a[", ["a["]),
        ("*.gguf", ["m.gguf"]),
        ("sub/", ["sub/a.json", "sub/x", "sub/y/z"]),
        ("sub/*", ["sub/a.json", "sub/x", "sub/y/z"]),
        ("**/x", ["sub/x", "p/q/x"]),
        ("a*b*c", ["abc", "aXbYc"]),
        ("[z-a]", []),
        ("[a-]x", ["-x", "ax"]),
        ("[-a]x", ["-x", "ax"]),
        ("*[0-9]*", ["f9"]),
        ("", [""]),
        ("x\\y", ["x/y"]),
        (
            "?*?",
            [
                "a.json", "sub/a.json", "abc", "a/c", "d.txt", "a.txt", "bx", "]x", "[a", "a[", "m.gguf", "sub/x", "sub/y/z", "p/q/x", "aXbYc", "acb",
                "-x", "ax", "f9", "x/y", "ab", "bX", "a/b", "Abc", "^x", "ex", "aaaaaaaaaaaaaaaaaaaaaaaaaaaa", "[!a", "dx", "文.txt",
            ]
        ),
        ("[^a]x", ["ax", "^x"]),
        ("a/b", ["a/b"]),
        ("A*", ["Abc"]),
        ("[!a", ["[!a"]),
        ("[a-c-e]x", ["bx", "-x", "ax", "ex"]),
        ("*a*a*a*a*b", []),
    ]

    @Test(arguments: reference) func `a pattern means what it means to the Hub's own client`(pattern: String, matches: [String]) {
        #expect(Self.texts.filter(GlobPattern(pattern).matches) == matches)
    }

    @Test func `a pattern of many stars ends soon`() {
        let pattern = String(repeating: "*a", count: 60) + "b"
        #expect(!GlobPattern(pattern).matches(String(repeating: "a", count: 4000)))
    }

    @Test func `allowed and ignored files`() throws {
        let paths = try ["config.json", "a/config.json", "model.gguf", "README.md"].map(RepositoryFilePath.init(parsing:))
        func selected(_ allow: [String]?, _ ignore: [String]?) -> [String] {
            paths.filter(FilePatterns(allow: allow, ignore: ignore).select).map(\.description)
        }
        #expect(selected(nil, nil).count == 4)
        #expect(selected(["*.json"], nil) == ["config.json", "a/config.json"])
        #expect(selected(["*.json"], ["a/"]) == ["config.json"])
        #expect(selected(nil, ["*.gguf", "*.md"]) == ["config.json", "a/config.json"])
        #expect(selected([], nil) == [])
    }
}
