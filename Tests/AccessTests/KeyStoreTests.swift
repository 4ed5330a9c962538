import Foundation
import GRDB
import RoostCore
import SystemPackage
import TestSupport
import Testing

@testable import Access

@Suite struct KeyStoreTests {
    private static let start = Date(timeIntervalSince1970: 1_800_000_000)

    let directory: TemporaryDirectory
    var path: FilePath { directory.path.appending("home").appending("keys.db") }

    init() throws { directory = try TemporaryDirectory() }

    private func open(at date: Date = start) throws -> KeyStore { try KeyStore(path: path, now: { date }) }

    @Test func `a key is stored by its digest, in a file of its owner`() throws {
        let store = try open()
        var new = NewKey(name: "ci", owner: "ann", scopes: [.chat, .pull])
        new.workspace = "lab"
        new.models = ["org/*", "acme/tiny:Q4_0"]
        new.expiresAt = Self.start.addingTimeInterval(60)
        let (key, stored) = try store.create(new)
        #expect(try store.keys() == [stored])
        #expect(stored.id == key.id && stored.digest == key.digest && stored.owner == "ann" && stored.workspace == "lab")
        #expect(stored.scopes == [.chat, .pull] && stored.models == ["org/*", "acme/tiny:Q4_0"] && stored.expiresAt == new.expiresAt)
        #expect(stored.createdAt == Self.start && stored.revokedAt == nil && stored.lastUsedAt == nil)
        for name in ["keys.db", "keys.db-wal", "keys.db-shm"] {
            let file = path.removingLastComponent().appending(name).string
            #expect(try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int == 0o600, "\(name)")
            let content = try #require(FileManager.default.contents(atPath: file))
            #expect(content.firstRange(of: Data(key.text.value.suffix(32).utf8)) == nil, "\(name)")
        }
        #expect(try FileManager.default.attributesOfItem(atPath: path.removingLastComponent().string)[.posixPermissions] as? Int == 0o700)
        try store.close()
        let again = try open()
        #expect(try again.keys() == [stored])
        try again.close()
    }

    @Test func `a revocation is for ever, and a rotation changes the secret only`() throws {
        let store = try open()
        let (first, before) = try store.create(NewKey(name: "ci", scopes: [.read]))
        let (second, after) = try store.rotate("ci", overlap: 0)
        #expect(second.id == first.id && after.digest == second.digest && after.earlier == nil && after.createdAt == before.createdAt)
        let (third, overlapping) = try store.rotate(first.id, overlap: 3600)
        #expect(overlapping.earlier == StoredKey.Earlier(digest: second.digest, end: Self.start.addingTimeInterval(3600)))
        #expect(third.digest == overlapping.digest)
        let revoked = try store.revoke("ci")
        #expect(revoked.revokedAt == Self.start)
        let later = try open(at: Self.start.addingTimeInterval(1))
        #expect(try later.revoke(first.id).revokedAt == Self.start)
        #expect(throws: RoostError.self) { try later.rotate(first.id, overlap: 0) }
        try store.close()
        try later.close()
    }

    @Test func `a key is found by its id, or by a name that only one has`() throws {
        let store = try open()
        let (old, _) = try store.create(NewKey(name: "ci", scopes: [.read]))
        _ = try store.revoke("ci")
        let (one, _) = try store.create(NewKey(name: "ci", scopes: [.read]))
        #expect(try store.rotate("ci", overlap: 0).key.id == one.id)
        let (two, _) = try store.create(NewKey(name: "ci", scopes: [.read]))
        let several = #expect(throws: RoostError.self) { try store.revoke("ci") }
        #expect(several?.code == .conflict && several?.message.contains(one.id) == true && several?.message.contains(two.id) == true)
        #expect(several?.message.contains(old.id) == false)
        let none = #expect(throws: RoostError.self) { try store.revoke("other") }
        #expect(none?.code == .notFound)
        try store.close()
    }

    @Test func `another process's change is seen, and one's own is not one`() throws {
        let (server, command) = (try open(), try open())
        let before = try server.version()
        try server.noteUse([:])
        let (key, _) = try server.create(NewKey(name: "own", scopes: [.read]))
        #expect(try server.version() == before)
        _ = try command.revoke(key.id)
        #expect(try server.version() != before && server.keys().first?.revokedAt != nil)
        try server.close()
        try command.close()
    }

    @Test func `the last use only goes forward`() throws {
        let store = try open()
        let id = try store.create(NewKey(name: "ci", scopes: [.read])).stored.id
        try store.noteUse([id: Self.start, "other": Self.start])
        try store.noteUse([id: Self.start.addingTimeInterval(-60)])
        #expect(try store.keys().map(\.lastUsedAt) == [Self.start])
        try store.close()
    }

    @Test(arguments: [
        ("name", NewKey(name: "", scopes: [.read])), ("name", NewKey(name: "a\nb", scopes: [.read])),
        ("owner", NewKey(name: "a", owner: String(repeating: "x", count: 129), scopes: [.read])), ("scope", NewKey(name: "a", scopes: [])),
    ])
    func `a key without a sense is refused with its field`(field: String, new: NewKey) throws {
        let store = try open()
        let error = #expect(throws: RoostError.self) { try store.create(new) }
        #expect(error?.code == .invalidRequest && error?.field == field)
        #expect(try store.keys().isEmpty)
        try store.close()
    }

    @Test func `what a row says and nothing understands allows nothing`() throws {
        let store = try open()
        let (key, _) = try store.create(NewKey(name: "ci", scopes: [.read]))
        let other = try DatabaseQueue(path: path.string)
        try other.write { try $0.execute(sql: "UPDATE keys SET scopes = 'root\nadmins', expires_at = 'soon'") }
        try other.close()
        let stored = try #require(try store.keys().first)
        #expect(stored.scopes.isEmpty && stored.state(at: Self.start) == .expired)
        #expect(KeyRing([stored]).find(key, at: Self.start) == .ended(stored, .expired))
        try store.close()
    }

    @Test func `a file that is no database stops the start`() throws {
        try FileManager.default.createDirectory(atPath: path.removingLastComponent().string, withIntermediateDirectories: true)
        try Data("not a database, but long enough to be taken for one of some kind".utf8).write(to: URL(fileURLWithPath: path.string))
        let error = #expect(throws: RoostError.self) { try open() }
        #expect(error?.code == .database && error?.message.contains("keys.db") == true)
    }
}
