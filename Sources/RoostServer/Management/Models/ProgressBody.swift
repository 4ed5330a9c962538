import HTTPServing
import HTTPTypes
import Hummingbird
import NIOCore
import RoostAPI
import RoostCore
import ServiceLifecycle

/// The body of an answer to long work, as JSON lines: the progress, at most twice a second, and finally the result or
/// the error. The work is cancelled when the client disconnects or the server stops.
struct ProgressBody<Progress: Codable & Sendable, Result: Codable & Sendable>: Sendable {
    let request: Request
    let work: @Sendable (_ onProgress: @escaping @Sendable (Progress) -> Void) async throws -> Result

    /// The response with this body. Its connection cannot be used again, because it is watched for the client's
    /// disconnection.
    var response: Response {
        Response(
            status: .ok, headers: [.contentType: "application/x-ndjson", .cacheControl: "no-cache", .connection: "close"],
            body: ResponseBody { try await run(&$0) })
    }

    private typealias Line = ProgressLine<Progress, Result>

    @concurrent private func run(_ writer: inout any ResponseBodyWriter) async throws {
        let (lines, sink) = AsyncStream<Line>.makeStream(bufferingPolicy: .bufferingNewest(1))
        try await request.body.consumeWithInboundCloseHandler { _ in
            try await withThrowingTaskGroup(of: Void.self) { group in
                defer { group.cancelAll() }
                group.addTask { await finish(sink) }
                var lastTold = ContinuousClock.now - .seconds(1)
                for await line in lines where line.progress == nil || ContinuousClock.now - lastTold >= .milliseconds(500) {
                    lastTold = .now
                    try await writer.write(ByteBuffer(string: String(buffer: JSON.buffer(line)) + "\n"))
                }
            }
        } onInboundClosed: {
            sink.finish()
        }
        try await writer.finish(nil)
    }

    /// Does the work and sends the last line, which later progress cannot replace.
    private func finish(_ sink: AsyncStream<Line>.Continuation) async {
        defer { sink.finish() }
        do {
            let result = try await cancelWhenGracefulShutdown { try await work { sink.yield(Line(progress: $0)) } }
            sink.yield(Line(result: result))
        } catch {
            let error = error is CancellationError ? RoostError.serverStopping : RoostError.wrapping(error, as: .unexpected, "The work broke off")
            sink.yield(Line(error: error.problem))
        }
    }
}
