import RoostCore
import Testing

@Suite struct TextTests {
    @Test func `names are quoted as the Hub quotes them`() {
        #expect("refs/pr/1".percentEncoded() == "refs%2Fpr%2F1")
        #expect("sub dir/a b+c#1%.txt".percentEncoded(keeping: [UInt8(ascii: "/")]) == "sub%20dir/a%20b%2Bc%231%25.txt")
        #expect("déep/文.json".percentEncoded(keeping: [UInt8(ascii: "/")]) == "d%C3%A9ep/%E6%96%87.json")
        #expect("A-Z_a.z~0\n".percentEncoded() == "A-Z_a.z~0%0A")
    }

    @Test func `hexadecimal digits have leading zeros and are lower case`() {
        #expect([0, 1, 10, 171, 255].hexadecimal == "00010aabff")
        #expect([UInt8]().hexadecimal == "")
        #expect(UInt8(10).hexadecimal == "0a" && UInt64(0xABC).hexadecimal == "0000000000000abc" && UInt64.max.hexadecimal == "ffffffffffffffff")
    }

    @Test(arguments: [
        ("0", 0), ("512 MB", 512_000_000), ("2GiB", 2_147_483_648), ("1.5k", 1500), ("64kib", 65_536), ("1TB", 1_000_000_000_000),
        ("1152921504606846976", 1 << 60), ("1152921504606848000", nil), ("", nil), ("-1", nil), ("GB", nil), ("1..2MB", nil), ("1XB", nil),
        ("nan", nil),
    ]) func `a size is a number with a unit`(text: String, bytes: Int64?) {
        #expect(ByteCount(parsing: text)?.bytes == bytes)
    }

    @Test func `the header of a README has texts and lists`() {
        let header = FrontMatter("---\r\nlicense: 'mit'\ntags: [a, \"b\"]\nlanguage:\n- en\n  - de\nnested:\n  x: 1\ntext: |\n---\nlicense: other\n")
        #expect(header["license"] == ["mit"] && header["tags"] == ["a", "b"] && header["language"] == ["en", "de"])
        #expect(header["nested"] == [] && header["text"] == [] && header["none"] == [])
        #expect(FrontMatter("license: mit")["license"] == [])
    }
}
