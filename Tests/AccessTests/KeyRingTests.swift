import Foundation
import RoostCore
import Testing

@testable import Access

@Suite struct KeyRingTests {
    private static let start = Date(timeIntervalSince1970: 1_800_000_000)

    private func stored(
        _ key: APIKey, scopes: Set<KeyScope> = [.chat], models: [String] = [], expiresAt: Date? = nil, revokedAt: Date? = nil,
        earlier: StoredKey.Earlier? = nil
    ) -> StoredKey {
        StoredKey(
            id: key.id, name: "n", owner: "o", workspace: nil, scopes: scopes, models: models, createdAt: Self.start, expiresAt: expiresAt,
            revokedAt: revokedAt, lastUsedAt: nil, digest: key.digest, earlier: earlier)
    }

    @Test func `only the whole key opens`() throws {
        let (key, other) = (try APIKey.make(), try APIKey.make())
        let ring = KeyRing([stored(key)])
        #expect(ring.find(key, at: Self.start) == .active(stored(key)))
        #expect(ring.find(other, at: Self.start) == .unknown)
        // The right id with another secret, and the right secret with another id.
        #expect(ring.find(try APIKey.make(id: key.id), at: Self.start) == .unknown)
        let swapped = try #require(APIKey("rst_" + other.id + key.text.value.suffix(32)))
        #expect(ring.find(swapped, at: Self.start) == .unknown)
        #expect(KeyRing().find(key, at: Self.start) == .unknown && KeyRing().isEmpty && !ring.isEmpty)
    }

    @Test func `a key ends at its time, and a revoked one before it`() throws {
        let key = try APIKey.make()
        let expiring = stored(key, expiresAt: Self.start)
        #expect(KeyRing([expiring]).find(key, at: Self.start.addingTimeInterval(-0.001)) == .active(expiring))
        #expect(KeyRing([expiring]).find(key, at: Self.start) == .ended(expiring, .expired))
        let revoked = stored(key, revokedAt: Self.start)
        #expect(KeyRing([revoked]).find(key, at: Self.start) == .ended(revoked, .revoked))
        // Of an ended key only its holder learns.
        #expect(KeyRing([revoked]).find(try APIKey.make(id: key.id), at: Self.start) == .unknown)
    }

    @Test func `after a rotation the earlier secret works until the end of the overlap`() throws {
        let (old, key) = try { ($0, try APIKey.make(id: $0.id)) }(APIKey.make())
        let rotated = stored(key, earlier: .init(digest: old.digest, end: Self.start))
        let ring = KeyRing([rotated])
        #expect(ring.find(old, at: Self.start.addingTimeInterval(-1)) == .active(rotated))
        #expect(ring.find(old, at: Self.start) == .unknown)
        #expect(ring.find(key, at: Self.start) == .active(rotated))
    }

    @Test(
        arguments: [
            ([], "org/name:Q4_0", true), (["org/*"], "org/name:Q4_0", true), (["org/*"], "org/name", true), (["org/*"], "other/name", false),
            (["org/name"], "org/name:Q4_0", true), (["org/name"], "org/names", false), (["org/name:Q4_0"], "org/name:Q4_0", true),
            (["org/name:Q4_0"], "org/name:Q8_0", false), (["org/name:Q4_0"], "org/name", false), (["*/tiny*", "a/b"], "x/tiny-2:Q4_0", true),
            (["ORG/*"], "org/name", false), (["org"], "org/name", false), ([""], "org/name", false),
        ] as [([String], String, Bool)])
    func `a pattern stands for the whole name or the repository's`(models: [String], name: String, isPermitted: Bool) throws {
        let key = stored(try APIKey.make(), models: models)
        #expect(try key.permits(ModelReference(parsing: name)) == isPermitted)
    }

    @Test func `digests are compared in constant time only`() throws {
        let sources = URL(filePath: #filePath).appending(path: "../../../Sources/Access").standardized
        let files = try #require(FileManager.default.enumerator(at: sources, includingPropertiesForKeys: nil))
        let texts = try files.compactMap { $0 as? URL }.filter { $0.pathExtension == "swift" }.map { try String(contentsOf: $0, encoding: .utf8) }
        #expect(texts.contains { $0.contains("ConstantTime.isEqual(digest, stored?.digest") })
        #expect(texts.allSatisfy { $0.firstMatch(of: /[dD]igest [=!]=|[=!]= \w*\.?\w*[dD]igest/) == nil })
    }
}
