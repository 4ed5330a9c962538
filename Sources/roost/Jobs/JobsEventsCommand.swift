import ArgumentParser
import RoostAPI
import RoostClient
import RoostCore

/// `roost jobs events`.
struct JobsEventsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "events", abstract: "Print the events of a pull, or of all pulls.",
        discussion: """
            With an id: the pull's history, then new events until it is finished. Without one: new events until Ctrl-C.
            """)

    @Argument(help: "The job's id, or its first characters; none for all jobs that the key may see.")
    var id: String?
    @Option(help: "Begin after the event of this number.")
    var after: Int64?
    @Flag(help: "Print the history and exit.")
    var noFollow = false
    @OptionGroup var options: ServerOptions

    func run() async throws {
        let client = try await options.client()
        var job: String?
        if let id { job = try await client.jobID(id) }
        if noFollow { try await printHistory(of: job, client) } else { try await follow(job, client) }
    }

    private func printHistory(of id: String?, _ client: RoostClient) async throws {
        var last = after ?? 0
        while true {
            let page = try await client.history(of: id, after: last, limit: 1000)
            for event in page { try show(event) }
            guard let newest = page.last, page.count == 1000 else { return }
            last = newest.id
        }
    }

    /// Prints events until the job is finished. While the server does not answer (during a restart), it waits; no event
    /// is lost, because the history is stored. A minute without an answer is an error.
    private func follow(_ id: String?, _ client: RoostClient) async throws {
        var last = after
        // The time of the first try of those that failed in a row.
        var failedSince: ContinuousClock.Instant?
        while true {
            do {
                for try await case .event(let event) in client.events(of: id, after: last) {
                    last = event.id
                    try show(event)
                }
                if let id, try await client.job(id).job.status.isFinished { return }
                failedSince = nil
            } catch let error as RoostError where error.code == .serverUnreachable {
                let first = error.hasBegunAnswer ? .now : failedSince ?? .now
                failedSince = first
                guard last != nil || id != nil, .now - first < .seconds(60) else { throw error }
            }
            try await Task.sleep(for: .seconds(1))
        }
    }

    private func show(_ event: JobEvent) throws {
        if options.json { return try JSONOutput.printLine(event) }
        var parts = ["\(event.id)".padding(to: 8) + event.time.rawValue]
        if id == nil { parts.append(event.jobID) }
        parts.append(event.kind.rawValue.padding(to: 16))
        parts.append(event.message ?? (event.kind == .stage ? event.stage?.rawValue : nil) ?? "")
        Terminal.print(parts.joined(separator: "  "))
    }
}
