import Foundation
import GRDB
import GRDBSQLite
import JobStore
import RoostCore
import Testing

@testable import JobStoreSQLite

/// Progress is committed without an fsync, and nothing else ever is.
@Suite struct DurabilityTests {
    let store: TestStore

    init() throws { store = try TestStore() }

    /// Lets SQLite refuse the writer's connection, as it is now, the way back to FULL.
    private func refuseFull() async throws {
        try await store.database.writer.withoutTransaction { database in
            _ = sqlite3_set_authorizer(
                database.sqliteConnection,
                { _, action, name, value, _, _ in
                    guard action == SQLITE_PRAGMA, let name, let value else { return SQLITE_OK }
                    return String(cString: name) == "synchronous" && String(cString: value) == "FULL" ? SQLITE_DENY : SQLITE_OK
                }, nil)
        }
    }

    @Test func `a connection that stays at NORMAL is replaced before anything that must last is committed`() async throws {
        let job = try await store.create()
        let claim = try await store.claim()
        try await refuseFull()
        #expect(try await store.database.updateJob(claim, isProgress: true) { $0.progress = 0.5 })
        #expect(try await store.database.journalSettings() == ["wal", "2"])
        #expect(try await store.finish(claim))
        #expect(try store.database.job(id: job.id)?.status == .succeeded && store.database.job(id: job.id)?.progress == 0.5)
    }

    @Test func `while it cannot be replaced, what must last is refused and the rest goes on`() async throws {
        let job = try await store.create()
        let claim = try await store.claim()
        try await refuseFull()
        // SQLite cannot open what is no file.
        let (path, aside) = (store.path, store.path + ".aside")
        try FileManager.default.moveItem(atPath: path, toPath: aside)
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        #expect(try await store.database.updateJob(claim, isProgress: true) { $0.progress = 0.5 })
        #expect(try await store.database.updateJob(claim, isProgress: true) { $0.progress = 0.6 })
        let error = await #expect(throws: RoostError.self) { try await store.finish(claim) }
        #expect(error?.code == .database)
        try FileManager.default.removeItem(atPath: path)
        try FileManager.default.moveItem(atPath: aside, toPath: path)
        #expect(try await store.finish(claim))
        #expect(try await store.database.journalSettings() == ["wal", "2"])
        #expect(try store.database.job(id: job.id)?.status == .succeeded)
    }
}
