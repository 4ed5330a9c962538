import Testing

@testable import ModelFormats

@Suite struct JSONTests {
    private func read(_ text: String, _ limits: JSONLimits = JSONLimits()) throws -> JSONValue {
        try JSONDocument(Array(text.utf8), limits: limits).root
    }

    @Test func `values are what they are, and nothing else`() throws {
        let root = try read(#" {"a": [1, -2.5e3, true, false, null, "x"], "b": {"c": {}}, "d": []} "#)
        let list = try #require(root["a"]?.list)
        #expect(list[0].int == 1 && list[0].double == 1 && list[0].bool == nil && list[0].text == nil)
        #expect(list[1].int == nil && list[1].double == -2500)
        #expect(list[2].bool == true && list[2].int == nil && list[3].bool == false)
        #expect(list[4].isNull && list[5].string == "x" && list[5].int == nil)
        #expect(root["b"]?["c"]?.members?.count == 0 && root["d"]?.elements?.count == 0 && root["d"]?.members == nil)
        #expect(root["e"] == nil && list[0]["a"] == nil && list.count == 6)
    }

    @Test func `whole numbers are exact or none`() throws {
        #expect(try read("9223372036854775807").int == .max && read("-9223372036854775808").int == .min)
        #expect(try read("9223372036854775808").int == nil && read("1e2").int == nil && read("1.0").int == nil)
        #expect(try read("1000000000000000019884624838656").double == 1e30 && read("-0").int == 0)
    }

    @Test func `escapes are resolved`() throws {
        #expect(try read(#""\"\\\/\b\f\n\r\t\u00e9\u20AC\uD83D\ude80\u0000""#).text == "\"\\/\u{8}\u{C}\n\r\té€🚀\0")
        #expect(try read(#"{"\u0061": 1}"#)["a"]?.int == 1)
    }

    @Test func `names that only look alike are two, of equal ones the last counts`() throws {
        let root = try read("{\"\u{E9}\": 1, \"e\u{301}\": 2, \"x\": 3, \"x\": 4}")
        #expect(root.members?.count == 4)
        #expect(root["\u{E9}"]?.int == 1 && root["e\u{301}"]?.int == 2 && root["x"]?.int == 4)
    }

    @Test(arguments: [
        "", " ", "{", "[", "]", "[1,]", "[,1]", "[1 2]", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{a:1}", "{1:1}", "[1]]", "1 2", "tru", "nulll", "NaN",
        "Infinity", "-", "01", "-01", "1.", ".5", "1e", "1e+", "+1", "0x1", "\"", "\"\\\"", "\"\\x\"", "\"\\u12\"", "\"\\u12g4\"", "\"\\ud800\"",
        "\"\\ud800\\u0041\"", "\"\\udc00\"", "\"\\ud800\\", "\"a\nb\"", "\"\0\"", "\u{FEFF}1", "'a'", "[1}", "{\"a\":1]", "/**/1", "\u{A0}1",
    ]) func `what is no JSON is refused`(text: String) {
        #expect(throws: FormatProblem.self) { try read(text) }
    }

    @Test(
        arguments: [
            [0x80], [0xC0, 0xAF], [0xC1, 0xBF], [0xC3], [0xC3, 0x28], [0xE0, 0x80, 0x80], [0xE0, 0x9F, 0xBF], [0xED, 0xA0, 0x80], [0xED, 0xBF, 0xBF],
            [0xE2, 0x82],
            [0xE2, 0x28, 0xA1], [0xF0, 0x80, 0x80, 0x80], [0xF0, 0x8F, 0xBF, 0xBF], [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80],
            [0xF0, 0x9F, 0x98], [0xFF],
        ] as [[UInt8]]) func `a string that is not UTF-8 is refused`(bytes: [UInt8])
    {
        #expect(throws: FormatProblem.self) { try JSONDocument([0x22] + bytes + [0x22]) }
        #expect(String(validating: bytes, as: UTF8.self) == nil)
    }

    @Test func `what is UTF-8 is taken`() throws {
        let scalars: [UInt32] = [0x80, 0x7FF, 0x800, 0xD7FF, 0xE000, 0xFFFF, 0x10000, 0x10FFFF]
        let text = String(String.UnicodeScalarView(scalars.compactMap { Unicode.Scalar($0) }))
        #expect(try read("\"\(text)\"").text == ByteText(text))
    }

    @Test func `limits of size, depth and number hold`() throws {
        #expect(throws: FormatProblem.self) { try read("[[]]", JSONLimits(byteCount: 3)) }
        #expect(throws: FormatProblem.self) { try read("[1,2]", JSONLimits(nodeCount: 2)) }
        #expect(try read("[1,2]", JSONLimits(nodeCount: 3)).list.count == 2)
        #expect(try read("[[]]", JSONLimits(depth: 2)).list.count == 1)
        #expect(throws: FormatProblem.self) { try read("[[]]", JSONLimits(depth: 1)) }
        #expect(throws: FormatProblem.self) { try read(String(repeating: "[", count: 1_000_000)) }
    }

    @Test func `a text cut anywhere is refused`() throws {
        let text = Array(#"{"a": ["\u00e9é", -1.5e+3, true, null], "b": {"c": "\ud83d\ude80"}}"#.utf8)
        for count in text.indices { #expect(throws: FormatProblem.self) { try JSONDocument(Array(text.prefix(count))) } }
        #expect(throws: Never.self) { try JSONDocument(text) }
    }
}
