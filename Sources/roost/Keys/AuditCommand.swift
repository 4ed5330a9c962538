import Access
import ArgumentParser
import Foundation
import RoostCore

/// `roost audit`.
struct AuditCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit", abstract: "Show who did what, the newest last.",
        discussion: """
            Reads keys.db in the home, also while the server runs. Each action that changes something is recorded before it is answered: pulls and their control, models \
            in memory and on the disk, keys, settings; requests to models are counted by `roost usage` instead.
            """)

    @Option(help: "Only those of this actor: the id of a key, local, command or server.")
    var actor: String?
    @Option(help: "Only this action, such as 'POST /pull' or 'keys create'.")
    var action: String?
    @Option(help: "Only those at this time (UTC) or later, such as 2026-01-31T12:00:00Z.")
    var since: String?
    @Option(help: "The most entries, the newest ones, 1 to 100000.")
    var limit = 100
    @OptionGroup var options: KeyOptions

    func validate() throws {
        guard (1...100_000).contains(limit) else { throw ValidationError("--limit must be 1 to 100000; it is \(limit).") }
        if let since, Timestamp(rawValue: since).date == nil {
            throw ValidationError("--since must be a time in UTC such as 2026-01-31T12:00:00Z; it is \(since.quotedForPeople).")
        }
    }

    func run() async throws {
        var filter = AuditFilter()
        filter.actor = actor
        filter.action = action
        filter.since = since.flatMap { Timestamp(rawValue: $0).date }.map { Timestamp($0) }
        filter.limit = limit
        let entries = try options.withStore { [filter] in try $0.audit(filter) }.reversed()
        if options.json { return try JSONOutput.print(Array(entries)) }
        var table = TextTable(columns: ["TIME", "ACTOR", .name("OWNER"), "ADDRESS", "ACTION", .name("TARGET"), "OUTCOME"])
        for entry in entries {
            table.add([entry.time.rawValue, entry.actor, entry.owner ?? "-", entry.address ?? "-", entry.action, entry.target ?? "-", entry.outcome])
        }
        Terminal.print(table)
    }
}
