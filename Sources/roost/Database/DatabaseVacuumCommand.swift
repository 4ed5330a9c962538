import ArgumentParser
import JobStore
import RoostCore

/// `roost db vacuum`.
struct DatabaseVacuumCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "vacuum", abstract: "Give the room of deleted jobs back to the disk.",
        discussion: "The server must not run. Needs twice the size of jobs.db on the disk meanwhile.")

    @OptionGroup var options: DatabaseOptions

    func run() async throws {
        _ = try options.existingFile()
        let summary = try options.whileNoServerRuns { path, _ in try JobFileVacuum.run(path) }
        if options.json { return try JSONOutput.print(summary) }
        Terminal.print("\(summary.path): \(ByteCount(summary.bytesBefore)) before, \(ByteCount(summary.bytesAfter)) after.")
    }
}
