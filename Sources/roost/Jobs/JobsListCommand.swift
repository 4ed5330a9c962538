import ArgumentParser
import RoostAPI
import RoostClient
import RoostCore

/// `roost jobs list`.
struct JobsListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the newest pulls, and why they wait or failed.",
        discussion: "On a terminal, ids are shortened while they stay unique in the list, and rows to its width; in a pipe nothing is shortened.",
        aliases: ["ls"])

    @Option(help: "Only queued, running, succeeded or failed ones.")
    var status: String?
    @Option(help: "Only pulls of this model.")
    var model: String?
    @Option(help: "Only pulls of this user.")
    var user: String?
    @Option(help: "Only pulls of this workspace.")
    var workspace: String?
    @Option(help: "Only pulls with this tag.")
    var tag: String?
    @Option(help: "Only pulls created at this time or later: 2026-01-31, or 2026-01-31T12:00:00Z.")
    var since: String?
    @Option(help: "The most pulls, 1 to 1000.")
    var limit: Int = 50
    @Flag(help: "All of them, whatever the limit.")
    var all = false
    @OptionGroup var options: ServerOptions

    func run() async throws {
        let jobs = try await find()
        if options.json { return try JSONOutput.print(jobs) }
        guard !jobs.isEmpty else { return Terminal.print(isFiltered ? "No such jobs." : "No jobs. Pull a model with `roost pull org/name`.") }
        Terminal.print(JobTable(jobs.map(\.job), isShort: Terminal.hasTerminalOutput))
    }

    private var isFiltered: Bool { [status, model, user, workspace, tag, since].contains { $0 != nil } }

    private func find() async throws -> [JobView] {
        let client = try await options.client()
        var search = JobSearch()
        search.status = status
        search.model = model
        search.user = user
        search.workspace = workspace
        search.tag = tag
        // A date alone means the start of that day.
        search.since = since.map { Timestamp(rawValue: $0.wholeMatch(of: /\d{4}-\d\d-\d\d/) == nil ? $0 : $0 + "T00:00:00Z") }
        var jobs: [JobView] = []
        var next: String?
        // A page may hold fewer jobs than requested.
        repeat {
            search.limit = all ? 1000 : limit - jobs.count
            let page = try await client.jobs(search, after: next)
            jobs += page.jobs
            next = page.next
        } while next != nil && (all || jobs.count < limit)
        return jobs
    }
}
