import ArgumentParser
import Foundation
import JobStore
import JobStoreSQLite
import Logging
import RoostCore

/// `jobstore-torture`: uses a job store with several tasks at once until it is killed, and says what was acknowledged.
///
/// Standard output gets one line for every change that the store acknowledged; `Announcement.swift` beside the tests reads them. The exit status is 0
/// at the end, 3 when the store refused to open (the last line says with which code), and anything else is a bug.
@main
struct JobStoreTorture: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "jobstore-torture", abstract: "Use a job store hard, and say what it acknowledged. Made to be killed.")

    @Option(help: "The jobs.db to work on.") var database: String
    @Option(help: "The same seed makes the same choices.") var seed: UInt64 = 1
    @Option(help: "What to do.") var scenario = Scenario.mixed
    @Option(help: "How many tasks use the store at once.") var tasks = 6
    @Option(help: "How many operations each task does; 0: until killed.") var operations = 0
    @Option(help: "The name that jobs are claimed under.") var owner = "torture"
    @Option(help: "A bug to plant.") var plant: Plant?

    func validate() throws {
        guard tasks > 0, operations >= 0 else { throw ValidationError("--tasks must be above zero, --operations zero or more.") }
    }

    func run() async throws {
        let store: JobDatabase
        do {
            Announcer.say("opening")
            store = try JobDatabase(path: database, logger: Logger(label: "torture"))
            Announcer.say("requeuing")
            let count = try await store.requeueOrphans()
            let settings = try await store.journalSettings()
            if settings != ["wal", "2"] { Announcer.say("wrong settings: journal_mode and synchronous are \(settings)") }
            try await plant?.prepare(store)
            Announcer.say("opened \(count)")
        } catch {
            Announcer.say(complaint(about: error, doing: "open"))
            throw ExitCode(3)
        }
        if scenario == .mixed { await work(on: store) }
        do {
            try store.close()
            Announcer.say("closed")
        } catch {
            Announcer.say(complaint(about: error, doing: "close"))
        }
    }

    private func work(on store: JobDatabase) async {
        await withDiscardingTaskGroup { group in
            for lane in 0..<tasks {
                group.addTask {
                    var worker = TortureWorker(store: store, database: database, lane: lane, seed: seed, owner: "\(owner)-\(lane)", plant: plant)
                    await worker.run(operations: operations == 0 ? .max : operations)
                }
            }
        }
    }
}

/// A line about an error: `failed` with the code of one that the store may throw, `wrong` for any other.
func complaint(about error: any Error, doing what: String) -> String {
    guard let error = error as? RoostError else { return "wrong \(what) \(String(reflecting: error).replacing("\n", with: " "))" }
    return "failed \(what) \(error.code.rawValue) \(error.message.replacing("\n", with: " "))"
}
