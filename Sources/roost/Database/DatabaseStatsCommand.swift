import ArgumentParser
import JobStoreSQLite
import RoostCore

/// `roost db stats`.
struct DatabaseStatsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stats", abstract: "Show the content and size of jobs.db, also while the server runs.")

    @OptionGroup var options: DatabaseOptions

    func run() async throws {
        let path = try options.existingFile()
        try JobFileCheck.refuseUnusable(path)
        let statistics = try JobFileStatistics(path: path)
        if options.json { return try JSONOutput.print(statistics) }
        for (name, value) in statistics.lines { Terminal.print(name.padding(to: 16) + value) }
    }
}

extension JobFileStatistics {
    /// Names and values in the order of the output.
    fileprivate var lines: [(String, String)] {
        let documented = JobStatus.documented.map(\.rawValue)
        let others = jobsByStatus.keys.filter { !documented.contains($0) }.sorted()
        return [("file", path), ("schema", schema), ("jobs", "\(jobs)")]
            + (documented + others).map { ("  \($0)", "\(jobsByStatus[$0] ?? 0)") }
            + [
                ("events", "\(events)"), ("oldest job", oldestJob?.rawValue ?? "-"), ("newest job", newestJob?.rawValue ?? "-"),
                ("size", "\(ByteCount(fileBytes)), log \(ByteCount(logBytes))"), ("pages", "\(pages) of \(pageBytes) bytes, \(freePages) free"),
                ("journal mode", journalMode), ("SQLite", sqliteVersion),
            ]
    }
}
