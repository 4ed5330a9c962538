import RoostCore
import Testing

@testable import Access

@Suite struct APIKeyTests {
    @Test func `a key has 160 random bits besides its id, and is never the same`() throws {
        let keys = try (0..<1000).map { _ in try APIKey.make() }
        #expect(Set(keys.map(\.text.value)).count == 1000 && Set(keys.map { $0.text.value.suffix(32) }).count == 1000)
        for key in keys {
            #expect(key.text.value.wholeMatch(of: /rst_[0-9a-hjkmnp-tv-z]{40}/) != nil && key.text.value.dropFirst(4).prefix(8) == key.id)
        }
        // Each of the 32 characters stands in about a 32nd of the places; a generator that leaves one out is broken.
        let counts = Dictionary(keys.flatMap { $0.text.value.suffix(32) }.map { ($0, 1) }, uniquingKeysWith: +)
        #expect(counts.count == 32 && counts.values.allSatisfy { (700...1300).contains($0) })
    }

    @Test func `a key is read from its text, and from no other`() throws {
        let text = try APIKey.make().text.value
        #expect(APIKey(text)?.text.value == text)
        for wrong in [
            "", "rst_", String(text.dropLast()), text + "0", text.uppercased(), " " + text, text + "\n", "sk-" + text.dropFirst(3),
            text.replacing("rst_", with: "rst-"), String(text.dropLast()) + "u", String(text.dropLast()) + "é",
        ] {
            #expect(APIKey(wrong) == nil, "\(wrong)")
        }
    }

    @Test func `another secret keeps the id, and no text of a key holds the secret`() throws {
        let key = try APIKey.make()
        let other = try APIKey.make(id: key.id)
        #expect(other.id == key.id && other.text != key.text && other.digest != key.digest)
        let secret = String(key.text.value.suffix(32))
        var dumped = ""
        dump(key, to: &dumped)
        #expect(!"\(key)".contains(secret) && !String(reflecting: key).contains(secret) && !dumped.contains(secret))
        #expect(throws: RoostError.self) { try APIKey.make(id: "x") }
    }
}
