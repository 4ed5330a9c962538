import JobStore
import RoostCore
import TestSupport

/// One caller of the store.
struct Worker {
    /// Who claims jobs here.
    static let owner = "store-bench"
    /// How many rows a listing shows.
    static let listLimit = 50

    private let contest: Contest
    private let claims: [JobClaim]
    private let prefix: String
    private var created = 0
    private var chance: SeededGenerator

    /// Makes a caller.
    ///
    /// - Parameters:
    ///   - contest: What all callers share.
    ///   - claims: Running jobs to update; empty for callers that update none.
    ///   - name: Two callers never have the same one, not even in two runs on one file: an identical pull would be joined, not created.
    ///   - seed: What its random choices begin with.
    init(contest: Contest, claims: [JobClaim] = [], name: String, seed: Int) {
        self.contest = contest
        self.claims = claims
        self.prefix = "bench/\(name)-"
        self.chance = SeededGenerator(seed: UInt64(seed))
    }

    /// Does the operation once.
    ///
    /// - Parameter operation: One that is done again and again.
    /// - Throws: `RoostError`; with code `database` also when the store did not do what it should have.
    mutating func perform(_ operation: Operation) async throws {
        switch operation {
        case .create, .create64: try await create()
        case .get: try get()
        case .update: try await update()
        case .list: try list()
        case .claim: try await claim()
        case .mixed: try await mixed()
        case .recover, .open: preconditionFailure("\(operation) is done once, and by no worker.")
        }
    }

    mutating func create() async throws {
        created += 1
        _ = try await contest.store.createJob(NewPull(model: try ModelReference(parsing: prefix + String(created))))
    }

    private mutating func get() throws {
        let id = contest.ids[Int.random(in: contest.ids.indices, using: &chance)]
        guard try contest.store.job(id: id) != nil else { throw RoostError(.database, "A known row was not found.") }
    }

    private mutating func update() async throws {
        let claim = claims[Int.random(in: claims.indices, using: &chance)]
        let progress = Double.random(in: 0..<1, using: &chance)
        let isHeld = try await contest.store.updateJob(claim, isProgress: contest.isProgress) {
            $0.downloadedBytes = Int64(progress * Double($0.totalBytes ?? 4_000_000_000))
            $0.progress = progress
        }
        guard isHeld else { throw RoostError(.database, "A running row was not updated.") }
    }

    private func list() throws {
        let page = try contest.store.page(matching: JobFilter(limit: Self.listLimit))
        guard page.jobs.count == Self.listLimit else { throw RoostError(.database, "The list is shorter than \(Self.listLimit) rows.") }
    }

    private func claim() async throws {
        guard try await contest.store.claimNextJob(owner: Self.owner) != nil else { throw RoostError(.database, "The queue ran empty.") }
    }

    private mutating func mixed() async throws {
        switch Int.random(in: 0..<10, using: &chance) {
        case 0..<5: try get()
        case 5..<8: try await update()
        case 8: try await create()
        default: try list()
        }
    }
}
