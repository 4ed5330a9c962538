import RoostAPI
import RoostCore
import Testing

@testable import RoostServer

/// The lines of a pull as Ollama's clients draw them.
@Suite struct OllamaPullProgressTests {
    private static let digest = "sha256:" + String(repeating: "ab", count: 32)

    private func view(_ status: JobStatus, _ stage: PullStage?, done: Int64? = nil, error: String? = nil) -> JobView {
        var job = Job(id: "x", model: "a/b", quantize: nil, initialize: nil, createdAt: Timestamp(rawValue: ""))
        (job.status, job.stage, job.error) = (status, stage, error)
        return JobView(job: job, currentFiles: done.map { [FileProgress(path: "m.gguf", size: 100, downloadedBytes: $0)] })
    }

    private func files(verified: Int64 = 0) -> [JobFile] {
        [
            JobFile(path: "m.gguf", size: 100, digest: Self.digest, verified: verified > 0 ? [[0, verified]] : []),
            JobFile(path: "README.md", size: 5, digest: "git-sha1:00", verified: []),
        ]
    }

    @Test func `each large file is a bar that never goes back, and each state is told once`() {
        var progress = OllamaPullProgress()
        #expect(progress.lines(view(.queued, nil), []) == [OllamaStatus(status: "pulling manifest")])
        #expect(progress.lines(view(.running, .resolving), []) == [])
        let bar = { (done: Int64) in OllamaStatus(status: "pulling abababababab", digest: Self.digest, total: 100, completed: done) }
        #expect(progress.lines(view(.running, .downloading, done: 0), files()) == [bar(0)])
        #expect(progress.lines(view(.running, .downloading, done: 60), files()) == [bar(60)])
        #expect(progress.lines(view(.running, .downloading, done: 40), files(verified: 50)) == [])
        let waiting = progress.lines(view(.queued, .waitingForNetwork, error: "No route."), files(verified: 50))
        #expect(waiting == [OllamaStatus(status: "waiting for the network: No route.")])
        #expect(progress.lines(view(.running, .verifying), files(verified: 50)) == [OllamaStatus(status: "verifying sha256 digest")])
        #expect(progress.lines(view(.succeeded, nil), files(verified: 50)) == [bar(100)])
        #expect(progress.lastLines() == [OllamaStatus(status: "writing manifest")])
    }
}
