import ArgumentParser
import JobStoreSQLite
import RoostCore

/// `roost db vacuum`.
struct DatabaseVacuumCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "vacuum", abstract: "Return the space of deleted jobs to the disk.",
        discussion: "The server must not run. It temporarily needs twice the size of jobs.db on the disk.")

    @OptionGroup var options: DatabaseOptions

    func run() async throws {
        _ = try options.existingFile()
        let summary = try options.whileNoServerRuns { path, _ in try JobFileVacuum.run(path) }
        if options.json { return try JSONOutput.print(summary) }
        Terminal.print("\(summary.path): \(ByteCount(summary.bytesBefore)) before, \(ByteCount(summary.bytesAfter)) after.")
    }
}
