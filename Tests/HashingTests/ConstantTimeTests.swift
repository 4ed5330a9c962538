import Hashing
import Testing

@Suite struct ConstantTimeTests {
    @Test func `digests are equal only when all of their bytes are`() {
        let digest = SHA256.hash(data: Array("a".utf8))
        #expect(ConstantTime.isEqual(digest, digest) && ConstantTime.isEqual([], []))
        for place in digest.indices {
            var other = digest
            other[place] ^= 0x80
            #expect(!ConstantTime.isEqual(digest, other), "\(place)")
        }
        #expect(!ConstantTime.isEqual(digest, Array(digest.dropLast())) && !ConstantTime.isEqual(digest, []))
    }
}
