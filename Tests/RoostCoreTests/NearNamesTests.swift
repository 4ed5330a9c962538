import Testing

@testable import RoostCore

struct NearNamesTests {
    private let names = ["bartowski/Qwen2.5-0.5B-Instruct-GGUF", "ggml-org/gemma-3-1b-it-GGUF", "helper"].map { (name: $0, texts: [$0]) }

    @Test(arguments: [
        ("bartowski/Qwen2.5-0.5B-Instrcut-GGUF", ["bartowski/Qwen2.5-0.5B-Instruct-GGUF"]),
        ("BARTOWSKI/qwen2.5-0.5b-instruct-gguff", ["bartowski/Qwen2.5-0.5B-Instruct-GGUF"]),
        ("halper", ["helper"]), ("help", ["helper"]), ("GGML-org/gem", ["ggml-org/gemma-3-1b-it-GGUF"]), ("he", []), ("hlper", ["helper"]),
        ("no/such", []), ("", []), ("x", []),
    ]) func `names that are nearly what was typed are found`(typed: String, found: [String]) {
        #expect(NearNames.nearest(to: typed, among: names) == found)
    }

    @Test(arguments: [
        ("abc", "abc", 0), ("abc", "abd", 1), ("abc", "acb", 1), ("abc", "ab", 1), ("", "ab", 2), ("kitten", "sitting", 3), ("abcdef", "badcfe", 3),
        ("a", "", 1),
    ]) func `the distance counts changed, added, removed and exchanged letters`(first: String, second: String, distance: Int) {
        let (first, second) = (Array(first.utf8), Array(second.utf8))
        #expect(NearNames.distance(first, second, atMost: 4) == distance && NearNames.distance(second, first, atMost: 4) == distance)
        #expect(distance == 0 || NearNames.distance(first, second, atMost: distance - 1) == nil)
    }

    @Test func `very long and very many names are bounded, and the question lists the names`() {
        let many = (0..<20_000).map { $0 == 19_999 ? "wanted" : "other" }.map { (name: $0, texts: [$0]) }
        #expect(NearNames.nearest(to: "wanted", among: many) == [])
        #expect(NearNames.nearest(to: String(repeating: "a", count: 10_000), among: names) == [])
        #expect(
            NearNames.question([]) == "" && NearNames.question(["a"]) == " Did you mean a?"
                && NearNames.question(["a", "b", "c"]) == " Did you mean a, b or c?")
    }
}
