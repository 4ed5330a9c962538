import ArgumentParser
import JobStoreSQLite

/// `roost db reset`.
struct DatabaseResetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reset", abstract: "Remove jobs.db; the next start makes a new one.",
        discussion: "The server must not run. jobs.db is saved in the folder `backups` of the home first. Models stay.")

    @Flag(help: "Confirm that all jobs are deleted.")
    var yes = false
    @OptionGroup var options: DatabaseOptions

    func validate() throws {
        guard yes else { throw ValidationError("This removes jobs.db; confirm with --yes.") }
    }

    func run() async throws {
        _ = try options.existingFile()
        let summary = try options.whileNoServerRuns { path, backups in try JobRestore.reset(path: path, backups: backups) }
        if options.json { return try JSONOutput.print(summary) }
        Terminal.print("Removed \(summary.path).")
        for line in summary.whatBecameOfTheOldFile { Terminal.print(line) }
    }
}
