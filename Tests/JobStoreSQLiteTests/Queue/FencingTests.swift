import GRDB
import JobStore
import JobStoreSQLite
import RoostCore
import Testing

@Suite struct FencingTests {
    let store: TestStore

    init() throws { store = try TestStore() }

    /// How a worker can lose its job.
    enum Loss: String, Sendable, CaseIterable {
        case paused, canceled, finished, triedLater, requeuedAtStart, deleted
        case claimedByTheSameOwner, claimedByAnother, anotherOwnerSameAttempt
    }

    private func lose(_ claim: JobClaim, by loss: Loss) async throws {
        let database = store.database
        switch loss {
        case .paused: _ = try await database.pauseJob(id: claim.jobID)
        case .canceled: _ = try await database.cancelJob(id: claim.jobID)
        case .finished: #expect(try await store.finish(claim))
        case .triedLater:
            #expect(
                try await database.updateJob(claim) {
                    $0.status = .queued
                    $0.stage = .waitingForNetwork
                })
        case .requeuedAtStart: #expect(try await database.requeueOrphans() == 1)
        case .deleted:
            _ = try await database.cancelJob(id: claim.jobID)
            try await database.deleteJob(id: claim.jobID)
        case .claimedByTheSameOwner, .claimedByAnother:
            #expect(try await database.requeueOrphans() == 1)
            let next = try await store.claim(loss == .claimedByAnother ? "two" : claim.owner)
            #expect(next.jobID == claim.jobID && next.attempt == claim.attempt + 1)
        case .anotherOwnerSameAttempt:
            try await database.write { try $0.execute(sql: "UPDATE jobs SET owner = 'two' WHERE id = ?", arguments: [claim.jobID]) }
        }
    }

    @Test(arguments: Loss.allCases) func `a worker that lost its job can change nothing`(loss: Loss) async throws {
        let job = try await store.create()
        let claim = try await store.claim()
        #expect(try await store.database.setFiles([JobFile(path: "a", size: 10, digest: "sha256:00")], of: claim))
        try await lose(claim, by: loss)
        let before = try store.database.job(id: job.id)
        let (files, kinds) = (try await store.database.files(of: job.id), try store.kinds(of: job.id))

        #expect(try await store.database.updateJob(claim) { $0.status = .succeeded } == false)
        #expect(try await store.database.updateJob(claim, isProgress: true) { $0.progress = 0.9 } == false)
        try await store.database.addNote("I am still here.", to: claim)
        #expect(try await store.database.setFiles([], of: claim) == false)
        #expect(try await store.database.setVerified(["a": [[0, 5]]], in: claim) == false)

        #expect(try store.database.job(id: job.id) == before)
        #expect(try await store.database.files(of: job.id) == files)
        #expect(try store.kinds(of: job.id) == kinds)
    }

    @Test func `a worker that holds its job can change everything but the id`() async throws {
        let job = try await store.create()
        let claim = try await store.claim()
        #expect(try await store.database.updateJob(claim, message: "found it") { $0.stage = .resolving })
        try await store.database.addNote("Q4_K_M was chosen.", to: claim)
        let files = [JobFile(path: "b", size: 2, digest: "sha256:22"), JobFile(path: "a", size: 10, digest: "sha256:11")]
        #expect(try await store.database.setFiles(files, of: claim))
        #expect(try await store.database.setVerified(["a": [[0, 5], [7, 9]]], in: claim))
        #expect(try await store.database.setVerified(["absent": [[0, 1]]], in: claim))
        #expect(try await store.database.files(of: job.id).map(\.path) == ["a", "b"])
        #expect(try await store.database.files(of: job.id)[0].verified == [[0, 5], [7, 9]])
        // A new plan keeps what is verified of a file that is the same, and of no other.
        let planned = [JobFile(path: "a", size: 10, digest: "sha256:11"), JobFile(path: "b", size: 3, digest: "sha256:22")]
        #expect(try await store.database.setFiles(planned, of: claim))
        #expect(try await store.database.files(of: job.id).map(\.verified) == [[[0, 5], [7, 9]], []])
        let events = try store.database.events(of: job.id)
        #expect(events.map(\.kind) == [.created, .started, .stage, .note])
        #expect(events.map(\.message) == [nil, nil, "found it", "Q4_K_M was chosen."])
        #expect(try store.database.job(id: job.id)?.claim == claim)
    }
}
