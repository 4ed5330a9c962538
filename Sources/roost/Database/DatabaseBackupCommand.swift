import ArgumentParser
import JobStoreSQLite
import RoostCore

/// `roost db backup`.
struct DatabaseBackupCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup", abstract: "Copy jobs.db to a file, also while the server runs.",
        discussion: "The copy holds everything that was written before the command began. It is checked before it gets its name.")

    @Argument(help: "The copy.")
    var file: String
    @Flag(help: "Replace the file if it exists.")
    var force = false
    @OptionGroup var options: DatabaseOptions

    func run() async throws {
        let path = try options.existingFile()
        try JobFileCheck.refuseUnusable(path)
        let summary = try JobBackup.make(of: path, to: options.absolute(file), replacing: force)
        if options.json { return try JSONOutput.print(summary) }
        Terminal.print("Saved \(summary.jobs) job\(summary.jobs == 1 ? "" : "s") to \(summary.path) (\(ByteCount(summary.bytes))).")
    }
}
