import Foundation
import JobStore
import JobStoreSQLite
import RoostCore
import TestSupport

/// One of the tasks that use the store. It creates jobs, works on whatever it claims, and controls the jobs of its own lane.
///
/// Only the lane that created a job pauses, cancels, retries or deletes it: so each acknowledgement stands for exactly one event of the job's history,
/// and the two can be compared. The `shared` models are asked for by all lanes, and controlled by none.
struct TortureWorker {
    let store: JobDatabase
    let database: String
    let lane: Int
    let owner: String
    let plant: Plant?
    var chance: SeededGenerator
    /// Claims that this task works on; some of them are lost meanwhile.
    var held: [Job] = []
    /// Ids of the lane's own jobs.
    var own: [String] = []
    private var asked = 0

    init(store: JobDatabase, database: String, lane: Int, seed: UInt64, owner: String, plant: Plant?) {
        self.store = store
        self.database = database
        self.lane = lane
        self.owner = owner
        self.plant = plant
        chance = SeededGenerator(seed: seed &* 1000 &+ UInt64(lane))
    }

    /// Works until it is killed or the operations are done.
    mutating func run(operations: Int) async {
        do {
            own = try await store.allJobs().filter { $0.model.hasPrefix(prefix) }.map(\.id)
        } catch {
            Announcer.say(complaint(about: error, doing: "list"))
        }
        for _ in 0..<operations { await attempt(.random(using: &chance)) }
        // So that no run that ends is without one.
        if lane == 0 { await attempt(.backUp) }
    }

    private mutating func attempt(_ operation: TortureOperation) async {
        do {
            // Again each time: the store goes back to its rule by itself.
            if plant == .normal { try await store.plantUnsafeSynchronous() }
            try await perform(operation)
        } catch let error as RoostError where error.code == .conflict || error.code == .notFound {
            // Another task was faster; nothing was changed.
        } catch {
            Announcer.say(complaint(about: error, doing: operation.rawValue))
        }
    }

    private mutating func perform(_ operation: TortureOperation) async throws {
        switch operation {
        case .create: try await create()
        case .claim: try await claim()
        case .progress: try await progress()
        case .plan: try await plan()
        case .succeed: try await finish(as: .succeeded)
        case .fail: try await finish(as: .failed)
        case .postpone: try await postpone()
        case .giveBack: try await giveBack()
        case .pause: try await pause()
        case .resume: try await resume()
        case .cancel: try await cancel()
        case .retry: try await retry()
        case .prioritize: try await prioritize()
        case .delete: try await delete()
        case .prune: try await prune()
        case .backUp: try backUp()
        }
    }

    private var prefix: String { "lane\(lane)/" }

    private mutating func create() async throws {
        let isShared = Int.random(in: 0..<4, using: &chance) == 0
        let model = isShared ? "shared/model\(Int.random(in: 0..<3, using: &chance))" : "\(prefix)model\(Int.random(in: 0..<6, using: &chance))"
        var pull = NewPull(model: try ModelReference(parsing: model))
        asked += 1
        // Tells a new job from one that was joined.
        pull.userID = "\(owner)-\(asked)-\(chance.next())"
        pull.tags = ["lane\(lane)", "torture"]
        let job = plant == .selectThenInsert ? try await Plant.createJobByLooking(pull, in: store) : try await store.createJob(pull)
        let isNew = job.userID == pull.userID
        Announcer.say("\(isNew ? "created" : "joined") \(job.id) \(model)")
        if isNew, !isShared { own.append(job.id) }
    }

    private mutating func claim() async throws {
        guard held.count < 3, let job = try await store.claimNextJob(owner: owner) else { return }
        held.append(job)
        Announcer.say("claimed \(job.id) \(owner) \(job.attempt)")
    }

    private mutating func backUp() throws {
        let folder = JobBackupFolder(path: (database as NSString).deletingLastPathComponent + "/backups")
        // All lanes share the folder; the clock alone may give two of them the same name.
        let path = "\(folder.path)/lane-\(lane)-\(chance.next()).db"
        try FileManager.default.createDirectory(atPath: folder.path, withIntermediateDirectories: true)
        try JobBackup.make(of: database, to: path)
        Announcer.say("backed-up \((path as NSString).lastPathComponent)")
    }
}
