import ArgumentParser
import Foundation
import JobStoreSQLite
import ModelLibrary
import RoostCore
import RoostServer
import SystemPackage

/// `roost db`: commands for the file jobs.db.
struct DatabaseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "db", abstract: "Back up, restore, check and maintain jobs.db.",
        discussion: """
            Works on the file itself: backup, check and stats also while the server runs; restore, reset, vacuum and migrate when it does not.
            """,
        subcommands: [
            DatabaseBackupCommand.self, DatabaseRestoreCommand.self, DatabaseResetCommand.self, DatabaseCheckCommand.self,
            DatabaseStatsCommand.self, DatabaseVacuumCommand.self, DatabaseMigrateCommand.self,
        ])
}

/// The options of every `roost db` command.
struct DatabaseOptions: ParsableArguments {
    @Option(help: "The home that holds jobs.db (ROOST_HOME). Default: ~/.roost.")
    var home: String?

    @Flag(help: "Print JSON.")
    var json = false

    /// Returns the home, which need not exist.
    func homeDirectory() throws -> FilePath {
        try ServerSettings.homeDirectory(flag: home, environment: ProcessInfo.processInfo.environment)
    }

    /// Returns the path of an existing jobs.db without opening it, since a server may be using it.
    func existingFile() throws -> String {
        let path = HomeDirectory.database(in: try homeDirectory()).string
        guard FileManager.default.fileExists(atPath: path) else {
            throw RoostError(
                .database, "There is no jobs.db in \(try homeDirectory()); the server makes one when it starts, --home names another folder.")
        }
        return path
    }

    /// Runs some work while the home is locked, so that no server can use it.
    ///
    /// - Parameter work: The work; it gets the path of jobs.db and the folder of backups.
    /// - Returns: The result of `work`.
    /// - Throws: `RoostError` with code `conflict` while a server runs; the errors of `work`.
    func whileNoServerRuns<Result>(_ work: (_ path: String, _ backups: JobBackupFolder) throws -> Result) throws -> Result {
        let home = try HomeDirectory(claiming: homeDirectory())
        return try withExtendedLifetime(home) {
            try work(HomeDirectory.database(in: home.path).string, JobBackupFolder(path: HomeDirectory.backups(in: home.path).string))
        }
    }

    /// Returns the absolute path of the user's path.
    func absolute(_ path: String) -> String { URL(fileURLWithPath: path).path }
}
