import RoostCore
import Testing

@Suite struct RepositoryFilePathTests {
    @Test(arguments: [
        "config.json", "sub dir/a b+c#1%.txt", "sub/déep/文.json", ".gitattributes", "a/b/c/d.gguf", "console.txt", "con", "x.", "x ", "a:b", "a\\b",
    ])
    func `an ordinary name passes unchanged`(text: String) throws {
        #expect(try RepositoryFilePath(parsing: text).description == text)
    }

    @Test(arguments: [
        "", "/", "/abs", "../x", "a/../b", "a/./b", "a//b", "a/", ".", "..", "../\u{301}evil", "a/../\u{301}b", "a\0b", "a\nb", "a\u{7F}", "a\u{85}b",
        String(repeating: "x", count: 256), Array(repeating: "abcdefgh", count: 120).joined(separator: "/"),
    ]) func `a name that could leave its folder, or that no file system holds, is refused`(text: String) throws {
        let error = try #require(throws: RoostError.self) { try RepositoryFilePath(parsing: text) }
        #expect(error.code == .hubProtocolViolation)
        #expect(error.message.utf8.count < 700)
    }

    @Test func `names in different Unicode forms are two`() throws {
        let paths = try ["caf\u{e9}", "cafe\u{301}", "caf\u{e9}"].map { try RepositoryFilePath(parsing: $0) }
        #expect(paths[0] != paths[1] && paths[0] == paths[2] && Set(paths).count == 2)
    }
}
