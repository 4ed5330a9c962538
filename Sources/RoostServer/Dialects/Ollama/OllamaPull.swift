import HTTPServing
import HTTPTypes
import Hummingbird
import JobStore
import NIOCore
import PullJobs
import RoostAPI
import RoostCore
import ServiceLifecycle

/// Follows the job of a `POST /api/pull`. The job goes on when its client leaves, and another request for the same model
/// follows the same job.
struct OllamaPull: Sendable {
    /// The time between two looks at the job.
    private static let pause: Duration = .milliseconds(250)
    /// The looks after which a client is told the last line again, so that no proxy takes the connection for dead.
    private static let silentLooks = 40

    let database: any JobStore
    let pulls: PullWorker
    let jobID: String

    /// Follows the job to its end.
    ///
    /// - Parameter tell: Receives the lines.
    /// - Throws: `RoostError`: why the job failed; `CancellationError`.
    func follow(_ tell: (OllamaStatus) -> Void) async throws {
        var progress = OllamaPullProgress()
        var last = OllamaStatus(status: "pulling manifest")
        var silence = 0
        while true {
            guard let job = try await database.job(id: jobID) else {
                throw RoostError(.notFound, "The job \(jobID) of this pull was deleted.")
            }
            let lines = progress.lines(pulls.view(of: job), try await database.files(of: jobID))
            silence = lines.isEmpty ? silence + 1 : 0
            for line in lines { tell(line) }
            last = lines.last ?? last
            if job.status == .succeeded {
                for line in progress.lastLines() { tell(line) }
                return
            }
            if job.status == .failed { throw job.failure }
            if silence >= Self.silentLooks {
                tell(last)
                silence = 0
            }
            try await Task.sleep(for: Self.pause)
        }
    }

    /// The answer as lines. Its connection cannot be used again, because it is watched for the client's disconnection.
    func response(to request: Request) -> Response {
        Response(
            status: .ok, headers: [.contentType: OllamaTranslator.contentType, .cacheControl: "no-cache", .connection: "close"],
            body: ResponseBody { try await run(request, &$0) })
    }

    @concurrent private func run(_ request: Request, _ writer: inout any ResponseBodyWriter) async throws {
        // Of a client that reads slowly only older lines are lost.
        let (lines, sink) = AsyncStream<ByteBuffer>.makeStream(bufferingPolicy: .bufferingNewest(256))
        try await request.body.consumeWithInboundCloseHandler { _ in
            try await withThrowingTaskGroup(of: Void.self) { group in
                defer { group.cancelAll() }
                group.addTask { await tell(sink) }
                for await line in lines { try await writer.write(line) }
            }
        } onInboundClosed: {
            sink.finish()
        }
        try await writer.finish(nil)
    }

    private func tell(_ sink: AsyncStream<ByteBuffer>.Continuation) async {
        defer { sink.finish() }
        do {
            try await cancelWhenGracefulShutdown { try await follow { sink.yield(.line($0)) } }
            sink.yield(.line(OllamaStatus(status: "success")))
        } catch is CancellationError {
            sink.yield(.line(OllamaProblem(RoostError(.shuttingDown, "The server is stopping. The pull goes on when it runs again."))))
        } catch {
            sink.yield(.line(OllamaProblem(RoostError.wrapping(error, as: .unexpected, "The pull cannot be followed"))))
        }
    }
}

extension Job {
    /// Why the job failed, with the code in its error chain.
    fileprivate var failure: RoostError {
        let code = (traceback ?? "").firstMatch(of: /^\[(\w+)\]/).map { RoostError.Code(rawValue: String($0.1)) }
        let known = code.flatMap { RoostError.Code.all.contains($0) ? $0 : nil }
        guard stage != .canceled else { return RoostError(.conflict, "The pull was canceled.") }
        return RoostError(known ?? .hubFailure, error ?? "The pull failed.", field: "model")
    }
}
