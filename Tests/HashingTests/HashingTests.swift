import Hashing
import RoostCore
import Testing

/// Against the examples of FIPS 180-4 and RFC 4231.
@Suite struct HashingTests {
    @Test func hashesAreThoseOfTheStandard() {
        #expect(SHA256.hash(data: "abc".utf8).hexadecimal == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        #expect(SHA256.hash(data: []).hexadecimal == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
        #expect(SHA1.hash(data: "abc".utf8).hexadecimal == "a9993e364706816aba3e25717850c26c9cd0d89d")
        #expect(SHA1.hash(data: []).hexadecimal == "da39a3ee5e6b4b0d3255bfef95601890afd80709")
    }

    @Test func aCopyGoesOnByItself() {
        var hash = SHA256()
        hash.update(data: "a".utf8)
        var copy = hash
        copy.update(data: "bc".utf8)
        #expect(copy.finalize() == SHA256.hash(data: "abc".utf8))
        #expect(hash.finalize() == SHA256.hash(data: "a".utf8))
        hash.update(data: "b".utf8)
        hash.update(data: "c".utf8)
        #expect(hash.finalize() == copy.finalize())
    }

    @Test(arguments: [
        (
            [UInt8](repeating: 0x0b, count: 20), "Hi There",
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
        ),
        (Array("Jefe".utf8), "what do ya want for nothing?", "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
        (
            [UInt8](repeating: 0xaa, count: 131), "Test Using Larger Than Block-Size Key - Hash Key First",
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
        ),
    ]) func codesAreThoseOfTheStandard(key: [UInt8], message: String, expected: String) {
        var code = HMAC<SHA256>(key: key)
        code.update(data: message.utf8.prefix(3))
        code.update(data: message.utf8.dropFirst(3))
        #expect(code.finalize().hexadecimal == expected)
    }
}
