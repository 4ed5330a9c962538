import JobStore
import JobStoreSQLite
import RoostCore
import TestSupport

/// A caller of the store.
struct Worker {
    /// The owner of the claims.
    static let owner = "store-bench"
    /// The number of rows in a listing.
    static let listLimit = 50

    private let contest: Contest
    private let claims: [JobClaim]
    private let prefix: String
    private var created = 0
    private var chance: SeededGenerator

    /// Creates a caller.
    ///
    /// - Parameters:
    ///   - contest: The store and the settings of all callers.
    ///   - claims: Running jobs to update; empty for callers without updates.
    ///   - name: A unique name, also in several runs on one file, because an identical pull would be joined and not created.
    ///   - seed: The seed of its random choices.
    init(contest: Contest, claims: [JobClaim] = [], name: String, seed: Int) {
        self.contest = contest
        self.claims = claims
        self.prefix = "bench/\(name)-"
        self.chance = SeededGenerator(seed: UInt64(seed))
    }

    /// Performs an operation once.
    ///
    /// - Parameter operation: An operation that is run repeatedly.
    /// - Throws: `RoostError`; with code `database` also when the result of the store is wrong.
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
