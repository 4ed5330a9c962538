import HTTPTypes
import Hummingbird
import NIOCore
import RoostCore
import ServiceLifecycle

/// The body of a streamed answer: relays it as it comes, and stops the engine when the client leaves, the time is over or the server stops.
struct StreamingBody: Sendable {
    /// How long running answers may go on after the server was asked to stop.
    static let drain: Duration = .seconds(10)

    static let headers: HTTPFields = [.contentType: "text/event-stream", .cacheControl: "no-cache"]

    static var shuttingDown: RoostError { RoostError(.shuttingDown, "The server is stopping; send the request again in a moment.") }

    let stream: EngineStream
    let channel: any Channel
    let deadline: ContinuousClock.Instant

    /// Makes the answer.
    ///
    /// - Parameter makeTranslator: Makes the value that turns the engine's bytes into the client's, and its end (or a failure) into the last bytes.
    /// - Returns: An answer whose body ends by itself in every case.
    func response<Translator: StreamTranslator>(_ makeTranslator: @escaping @Sendable () -> Translator) -> Response {
        let body = ResponseBody { writer in
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await endAtDeadline() }
                group.addTask { try await endAtShutdown() }
                group.addTask { await endAtDeparture() }
                defer { group.cancelAll() }
                var translator = makeTranslator()
                do {
                    for try await part in stream.parts {
                        let bytes = try translator.translate(part)
                        if bytes.readableBytes > 0 { try await writer.write(bytes) }
                        stream.took()
                    }
                    try await writer.write(try translator.finish())
                } catch is CancellationError {
                    return
                } catch {
                    let failure = RoostError.wrapping(error, as: .unexpected, "The answer broke off")
                    try await writer.write(translator.fail(failure))
                }
            }
            try await writer.finish(nil)
        }
        return Response(status: .ok, headers: Self.headers, body: body)
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

    private func endAtDeparture() async {
        // Ends with the answer, which cancels it, or when the client leaves.
        try? await channel.whileClientStays { try await Task.sleep(for: .seconds(1 << 30)) }
        if !Task.isCancelled { stream.end(throwing: CancellationError()) }
    }
}

/// Turns an engine's answer into what a client reads.
protocol StreamTranslator {
    /// The client's bytes for some of the engine's, cut anywhere; may be empty.
    mutating func translate(_ bytes: ByteBuffer) throws -> ByteBuffer
    /// The last bytes of a complete answer.
    mutating func finish() throws -> ByteBuffer
    /// The last bytes of a broken one.
    mutating func fail(_ failure: RoostError) -> ByteBuffer
}
