import ArgumentParser
import JobStoreSQLite
import RoostCore

/// `roost db restore`.
struct DatabaseRestoreCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore", abstract: "Replace jobs.db with a backup.",
        discussion: "The server must not run. The current jobs.db is saved in the folder `backups` of the home first.")

    @Argument(help: "The backup.")
    var file: String
    @Flag(help: "Confirm that the current jobs.db is replaced.")
    var yes = false
    @OptionGroup var options: DatabaseOptions

    func validate() throws {
        guard yes else { throw ValidationError("This replaces jobs.db; confirm with --yes.") }
    }

    func run() async throws {
        let summary = try options.whileNoServerRuns { path, backups in
            try JobRestore.restore(backup: options.absolute(file), to: path, backups: backups)
        }
        if options.json { return try JSONOutput.print(summary) }
        Terminal.print("Restored \(summary.jobs ?? 0) job\(summary.jobs == 1 ? "" : "s") to \(summary.path).")
        for line in summary.whatBecameOfTheOldFile { Terminal.print(line) }
    }
}

extension JobRestore.Summary {
    /// Lines with the new place of the previous file.
    var whatBecameOfTheOldFile: [String] {
        [
            saved.map { "The previous content is saved as \($0)." },
            quarantinedPath.map { "The file that was there is damaged; it is kept as \($0)." },
        ].compactMap(\.self)
    }
}
