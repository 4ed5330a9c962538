import ArgumentParser
import RoostClient
import RoostCore

/// `roost jobs`.
struct JobsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "jobs", abstract: "List pulls, or show or follow one.",
        subcommands: [JobsListCommand.self, JobsShowCommand.self, JobsWatchCommand.self], defaultSubcommand: JobsListCommand.self)
}

/// `roost jobs list`.
struct JobsListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List the newest pulls.")

    @Option(help: "Only queued, running, succeeded or failed ones.")
    var status: String?
    @Option(help: "Only pulls of this model.")
    var model: String?
    @Option(help: "At most so many, 1 to 1000.")
    var limit: Int = 50
    @OptionGroup var options: ServerOptions

    func run() async throws {
        let jobs = try await options.client().jobs(status: status, model: model, limit: limit)
        if options.json { return try JSONOutput.print(jobs) }
        guard !jobs.isEmpty else { return Terminal.print("No jobs. Pull a model with `roost pull org/name`.") }
        var table = TextTable(columns: ["ID", "STATUS", "PROGRESS", "SIZE", "CREATED", "MODEL"])
        for view in jobs {
            let job = view.job
            table.add([
                job.id, view.stage?.rawValue ?? job.status.rawValue, job.progress.map { "\(Int($0 * 100)) %" } ?? "-",
                job.totalBytes.map { ByteCount($0).description } ?? "-", job.createdAt.rawValue, job.model,
            ])
        }
        Terminal.print(table)
    }
}

/// `roost jobs show`.
struct JobsShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "show", abstract: "Show one pull with all its fields.")

    @Argument(help: "The job's id.")
    var id: String
    @OptionGroup var options: ServerOptions

    func run() async throws {
        let view = try await options.client().job(id)
        if options.json { return try JSONOutput.print(view) }
        for (name, value) in view.fields { Terminal.print(name.padding(to: 20) + value) }
    }
}

/// `roost jobs watch`.
struct JobsWatchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "watch", abstract: "Follow one pull until it is finished.")

    @Argument(help: "The job's id.")
    var id: String
    @OptionGroup var options: ServerOptions

    func run() async throws {
        let job = try await PullWatcher(client: options.client(), jobID: id, json: options.json).watch()
        guard job.status == .succeeded else { throw ExitCode(1) }
    }
}

extension JobView {
    /// The row as names and values, in the documented order.
    fileprivate var fields: [(String, String)] {
        func text(_ value: (some CustomStringConvertible)?) -> String { value?.description ?? "-" }
        return [
            ("id", job.id), ("model", job.model), ("quantize", text(job.quantize)), ("init", text(job.initialize)),
            ("status", job.status.rawValue), ("created_at", job.createdAt.rawValue), ("started_at", text(job.startedAt)),
            ("finished_at", text(job.finishedAt)), ("error", text(job.error)), ("traceback", text(job.traceback)),
            ("local_path", text(job.localPath)), ("size_bytes", text(job.sizeBytes)), ("downloaded_bytes", text(job.downloadedBytes)),
            ("progress", text(job.progress)), ("total_bytes", text(job.totalBytes)), ("preferred_quantized", text(job.preferredQuantized)),
        ] + (stage.map { [("stage", $0.rawValue)] } ?? [])
    }
}
