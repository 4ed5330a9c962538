import RoostAPI
import RoostCore

/// A line of the answer to `POST /api/pull` and other long work.
struct OllamaStatus: Encodable, Sendable, Hashable {
    var status: String
    var digest: String?
    var total: Int64?
    var completed: Int64?
}

/// Translates the state of a job into the lines of `POST /api/pull`, as the bars of Ollama's clients read them: one bar for
/// each digest.
struct OllamaPullProgress {
    private var lastStatus = ""
    /// The completed bytes by digest that were told last.
    private var told: [String: Int64] = [:]

    /// Returns what has changed.
    ///
    /// - Parameters:
    ///   - view: The job, with its live values.
    ///   - files: The files of the job.
    /// - Returns: The new lines, without the one that ends the answer.
    mutating func lines(_ view: JobView, _ files: [JobFile]) -> [OllamaStatus] {
        var lines: [OllamaStatus] = []
        if let status = Self.status(of: view.job), status != lastStatus {
            lastStatus = status
            lines.append(OllamaStatus(status: status))
        }
        return lines + progress(view, files)
    }

    /// The lines before the end of a successful pull.
    mutating func lastLines() -> [OllamaStatus] {
        let rest = ["verifying sha256 digest", "writing manifest"].filter { $0 != lastStatus }
        return rest.map { OllamaStatus(status: $0) }
    }

    private mutating func progress(_ view: JobView, _ files: [JobFile]) -> [OllamaStatus] {
        let current = Dictionary((view.currentFiles ?? []).map { ($0.path, $0.downloadedBytes) }) { first, _ in first }
        // Small files have a digest of git's, and no bar.
        let large = files.filter { $0.digest.hasPrefix("sha256:") }
        return large.compactMap { file in
            let verified = file.verified.reduce(0) { $0 + max(0, ($1.last ?? 0) - ($1.first ?? 0)) }
            let isDone = view.job.status == .succeeded
            let completed = min(file.size, isDone ? file.size : max(verified, current[file.path] ?? 0))
            // A bar never goes back: what is verified is counted a moment after it has arrived.
            guard completed > told[file.digest] ?? -1 else { return nil }
            told[file.digest] = completed
            let name = file.digest.dropFirst("sha256:".count).prefix(12)
            return OllamaStatus(status: "pulling \(name)", digest: file.digest, total: file.size, completed: completed)
        }
    }

    /// What the job does, apart from receiving bytes.
    private static func status(of job: Job) -> String? {
        if job.status == .queued {
            switch job.stage {
            case .waitingForNetwork?: return "waiting for the network: \(job.error ?? "the next try begins soon")"
            case .paused?: return "paused; `roost jobs resume` continues it"
            default: return "pulling manifest"
            }
        }
        switch job.stage {
        case .downloading?, .stalled?: return nil
        case .verifying?: return "verifying sha256 digest"
        case .converting?: return "making a GGUF file of the weights"
        case .quantizing?: return "making a quantized GGUF file of the weights"
        case .loading?: return "loading the model"
        default: return job.status == .running ? "pulling manifest" : nil
        }
    }
}
