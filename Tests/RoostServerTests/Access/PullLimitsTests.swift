import Access
import JobStore
import JobStoreSQLite
import RoostCore
import SystemPackage
import TestSupport
import Testing

@testable import RoostServer

/// The limit of bytes, with a real jobs.db.
@Suite struct PullLimitsTests {
    private func run(diskBytes: Int, _ scopes: Set<KeyScope> = [.pull], _ body: (JobDatabase, Caller) async throws -> Void) async throws {
        try await withTemporaryDirectory { directory in
            let database = try JobDatabase(path: directory.appending("jobs.db").string, logger: .silent)
            let store = try KeyStore(path: directory.appending("keys.db"))
            var new = NewKey(name: "ann", owner: "ann", scopes: scopes)
            new.limits.diskBytes = diskBytes
            try await body(database, .key(try store.create(new).stored))
            try store.close()
            try database.close()
        }
    }

    private func pull(_ model: String) throws -> NewPull {
        var pull = NewPull(model: try ModelReference(parsing: model))
        pull.userID = "ann"
        return pull
    }

    /// Creates a job of which some bytes are here, and ends it.
    private func end(_ model: String, _ status: JobStatus, has downloaded: Int64, of size: Int64, in database: JobDatabase) async throws -> String {
        let id = try await database.createJob(pull(model)).id
        _ = try await database.changeJob(id: id, message: nil) { job, _ in
            job.sizeBytes = size
            job.downloadedBytes = downloaded
            job.status = status
        }
        return id
    }

    @Test func `a pull that failed or was canceled counts with what it downloaded`() async throws {
        try await run(diskBytes: 100) { database, ann in
            let limits = PullLimits(database: database)
            _ = try await end("a/one", .failed, has: 60, of: 1000, in: database)
            try await limits.accept(pull("a/two"), by: ann) {}
            _ = try await end("a/two", .failed, has: 40, of: 1000, in: database)
            let error = await #expect(throws: RoostError.self) { try await limits.accept(pull("a/three"), by: ann) {} }
            #expect(error?.code == .rateLimited && error?.message.contains("disk_bytes") == true)
            // What is here already is not needed again.
            try await limits.accept(pull("a/one"), by: ann) {}
        }
    }

    @Test func `a key with the limit cannot delete the jobs that count, and others can`() async throws {
        try await run(diskBytes: 100) { database, ann in
            let limits = PullLimits(database: database)
            let (kept, empty) = (
                try await end("a/one", .succeeded, has: 60, of: 60, in: database), try await end("a/two", .failed, has: 0, of: 60, in: database)
            )
            let error = await #expect(throws: RoostError.self) { try await limits.checkDeletion(of: kept, by: ann) }
            #expect(error?.code == .forbidden && error?.message.contains("disk_bytes") == true)
            try await limits.checkDeletion(of: empty, by: ann)
            try await limits.checkDeletion(of: kept, by: .local)
        }
        try await run(diskBytes: 100, [.admin]) { database, root in
            try await PullLimits(database: database).checkDeletion(of: end("a/one", .succeeded, has: 60, of: 60, in: database), by: root)
        }
    }
}
