import ArgumentParser
import RoostAPI
import RoostClient
import RoostCore

/// `roost jobs show`.
struct JobsShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "show", abstract: "Show one pull with all its fields and files.")

    @OptionGroup var job: JobOptions

    func run() async throws {
        let client = try await job.options.client()
        let view = try await client.job(client.jobID(job.id))
        if job.options.json { return try JSONOutput.print(view) }
        for (name, value) in view.fields { Terminal.print(name.padding(to: 21) + value) }
        let files = try await client.files(of: view.job.id)
        guard !files.isEmpty else { return }
        var table = TextTable(columns: ["SIZE", "VERIFIED", .name("FILE")])
        for file in files {
            let verified = file.verified.reduce(0) { $0 + ($1.last ?? 0) - ($1.first ?? 0) }
            table.add([ByteCount(file.size).description, ByteCount(verified).description, file.path])
        }
        Terminal.print("\n\(table)")
    }
}

extension JobView {
    /// The fields with their names, in the documented order.
    fileprivate var fields: [(String, String)] {
        func text(_ value: (some CustomStringConvertible)?) -> String { value?.description ?? "-" }
        return [
            ("id", job.id), ("model", job.model), ("quantize", text(job.quantize)), ("init", text(job.initialize)),
            ("status", job.status.rawValue), ("created_at", job.createdAt.rawValue), ("started_at", text(job.startedAt)),
            ("finished_at", text(job.finishedAt)), ("error", text(job.error)), ("traceback", text(job.traceback)),
            ("local_path", text(job.localPath)), ("size_bytes", text(job.sizeBytes)), ("downloaded_bytes", text(job.downloadedBytes)),
            ("progress", text(job.progress)), ("total_bytes", text(job.totalBytes)), ("preferred_quantized", text(job.preferredQuantized)),
            ("stage", text(job.stage?.rawValue)), ("revision", text(job.revision)), ("user_id", text(job.userID)),
            ("workspace_id", text(job.workspaceID)), ("priority", text(job.priority)), ("retry_count", text(job.retryCount)),
            ("max_retries", text(job.maxRetries)), ("run_after", text(job.runAfter)), ("tags", text(job.tags?.joined(separator: ", "))),
            ("api_call_count", text(job.apiCallCount)), ("last_api_call", text(job.lastAPICall)), ("owner", text(job.owner)),
            ("attempt", text(job.attempt)), ("allow_patterns", text(job.allowPatterns?.joined(separator: ", "))),
            ("ignore_patterns", text(job.ignorePatterns?.joined(separator: ", "))), ("max_bytes_per_second", text(job.maxBytesPerSecond)),
            ("bytes_per_second", text(bytesPerSecond)), ("eta_seconds", text(etaSeconds)),
            (
                "current_files",
                text(currentFiles?.map { "\($0.path) (\(ByteCount($0.downloadedBytes)) of \(ByteCount($0.size)))" }.joined(separator: ", "))
            ),
            ("conversion_progress", text(conversionProgress)),
        ]
    }
}
