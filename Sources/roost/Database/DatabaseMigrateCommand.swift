import ArgumentParser
import JobStoreSQLite

/// `roost db migrate`.
struct DatabaseMigrateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "migrate", abstract: "Bring a jobs.db of an older schema up to date.",
        discussion: "The server must not run; it does the same when it starts. jobs.db is saved in the folder `backups` of the home first.")

    @Flag(help: "Only show what would be done; jobs.db is not changed.")
    var dryRun = false
    @OptionGroup var options: DatabaseOptions

    func run() async throws {
        _ = try options.existingFile()
        let migration = try options.whileNoServerRuns { path, backups in
            try dryRun ? JobFileMigration(planning: path, backups: backups) : JobFileMigration.run(path, backups: backups)
        }
        if options.json { return try JSONOutput.print(migration) }
        guard migration.isNeeded else {
            return Terminal.print("\(migration.path) has schema \(migration.schema) and \(migration.jobs) jobs; there is nothing to do.")
        }
        let verb = dryRun ? "would be" : "was"
        Terminal.print("\(migration.path) \(verb) brought from schema \(migration.schema) to \(migration.target); all \(migration.jobs) jobs stay.")
        let parts = [
            ("columns of jobs", migration.columns), ("tables", migration.tables), ("indexes and triggers", migration.indexes),
            ("indexes replaced", migration.droppedIndexes),
        ]
        for (what, names) in parts where !names.isEmpty { Terminal.print("  \(what): \(names.joined(separator: ", "))") }
        if let backup = migration.backup { Terminal.print("The file as it was \(dryRun ? "would be" : "is") saved as \(backup).") }
    }
}
