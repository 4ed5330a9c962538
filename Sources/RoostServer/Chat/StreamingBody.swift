import HTTPTypes
import Hummingbird
import NIOCore
import RoostCore
import ServiceLifecycle

/// The body of a streamed answer: relays parts as they come, and stops the engine when the client leaves, the time is over or the server stops.
struct StreamingBody: Sendable {
    /// How long running answers may go on after the server was asked to stop.
    static let drain: Duration = .seconds(10)

    static let headers: HTTPFields = [.contentType: "text/event-stream", .cacheControl: "no-cache"]

    static var shuttingDown: RoostError { RoostError(.shuttingDown, "The server is stopping; send the request again in a moment.") }

    let stream: EngineStream
    let request: Request
    let deadline: ContinuousClock.Instant

    /// Makes the body.
    ///
    /// - Parameter makeTranslator: Makes the value that turns a part into bytes for the client, and its end (or a failure) into the last bytes.
    /// - Returns: A body that ends by itself in every case.
    func response<Translator: StreamTranslator>(_ makeTranslator: @escaping @Sendable () -> Translator) -> ResponseBody {
        ResponseBody { writer in
            try await request.body.consumeWithInboundCloseHandler { _ in
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { try await endAtDeadline() }
                    group.addTask { try await endAtShutdown() }
                    defer { group.cancelAll() }
                    var translator = makeTranslator()
                    do {
                        for try await part in stream.parts {
                            let bytes = try translator.translate(part)
                            if bytes.readableBytes > 0 { try await writer.write(bytes) }
                        }
                        try await writer.write(try translator.finish())
                    } catch is CancellationError {
                        return
                    } catch {
                        let failure = RoostError.wrapping(error, as: .unexpected, "The answer broke off")
                        try await writer.write(translator.fail(failure))
                    }
                }
            } onInboundClosed: {
                stream.end(throwing: CancellationError())
            }
            try await writer.finish(nil)
        }
    }

    private func endAtDeadline() async throws {
        try await Task.sleep(until: deadline, clock: .continuous)
        stream.end(throwing: RoostError(.timedOut, "The answer was not complete within the time the request allows (`timeout`)."))
    }

    private func endAtShutdown() async throws {
        try await gracefulShutdown()
        try await Task.sleep(for: Self.drain)
        stream.end(throwing: Self.shuttingDown)
    }
}

/// Turns the parts of an engine's answer into what a client reads.
protocol StreamTranslator {
    /// The bytes for one part; may be empty.
    mutating func translate(_ part: EngineStream.Part) throws -> ByteBuffer
    /// The last bytes of a complete answer.
    mutating func finish() throws -> ByteBuffer
    /// The last bytes of a broken one.
    mutating func fail(_ failure: RoostError) -> ByteBuffer
}
