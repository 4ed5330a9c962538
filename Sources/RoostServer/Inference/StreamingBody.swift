import HTTPServing
import HTTPTypes
import Hummingbird
import NIOCore
import RoostCore
import ServiceLifecycle

/// The body of a streamed answer. It passes the pieces on as they arrive, and stops the engine when the client
/// disconnects, the time limit passes or the server stops. While no piece arrives, comments between the events tell the
/// client what it waits for, so that neither it nor a proxy takes the connection for dead.
struct StreamingBody: Sendable {
    /// The most time for running answers after a request to stop the server.
    static let drain: Duration = .seconds(10)

    let stream: EngineStream
    /// Whether the engine has accepted the request already.
    let isAccepted: Bool
    let channel: any Channel
    let deadline: ContinuousClock.Instant
    /// The time between two pulses of the stream.
    let pulse: Duration

    /// Creates the response.
    ///
    /// - Parameter makeTranslator: Creates the translator from the engine's bytes to the client's, including the last
    ///   bytes or an error.
    /// - Returns: A response whose body always ends.
    func response<Translator: StreamTranslator>(_ makeTranslator: @escaping @Sendable () -> Translator) -> Response {
        let body = ResponseBody { writer in
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await endAtDeadline() }
                group.addTask { try await endAtShutdown() }
                group.addTask { await endAtDeparture() }
                defer { group.cancelAll() }
                var translator = makeTranslator()
                do {
                    try await write(to: &writer, through: &translator)
                    try await translator.settle()
                    try await writer.write(try await translator.finish())
                } catch is CancellationError {
                    return
                } catch {
                    let failure = RoostError.wrapping(error, as: .unexpected, "The answer broke off")
                    try await writer.write(await translator.fail(failure))
                }
            }
            try await writer.finish(nil)
        }
        return Response(status: .ok, headers: [.contentType: Translator.contentType, .cacheControl: "no-cache"], body: body)
    }

    @concurrent private func write(to writer: inout any ResponseBodyWriter, through translator: inout some StreamTranslator) async throws {
        var hasBegun = false
        var last = ContinuousClock.now
        // The first comment is sent with the head.
        if !isAccepted { try await writer.write(translator.wait(await stream.wait(hasBegun: false))) }
        for try await part in stream.parts {
            switch part {
            case .bytes(let piece):
                hasBegun = true
                // Only whole events, so that a comment never stands within one.
                let bytes = try translator.translate(piece)
                if bytes.readableBytes > 0 {
                    try await writer.write(bytes)
                    last = .now
                }
                guard !translator.isComplete else { return stream.end(throwing: CancellationError()) }
                stream.consumed()
            case .pulse where .now - last >= pulse / 2:
                try await writer.write(translator.wait(await stream.wait(hasBegun: hasBegun)))
                last = .now
            case .pulse, .accepted: continue
            }
        }
    }

    private func endAtDeadline() async throws {
        try await Task.sleep(until: deadline, clock: .continuous)
        stream.end(throwing: await stream.late())
    }

    private func endAtShutdown() async throws {
        try await gracefulShutdown()
        try await Task.sleep(for: Self.drain)
        stream.end(throwing: RoostError.serverStopping)
    }

    private func endAtDeparture() async {
        // Ends with the answer, which cancels it, or when the client disconnects.
        try? await channel.whileClientStays { try await Task.sleep(for: .seconds(1 << 30)) }
        if !Task.isCancelled { stream.end(throwing: CancellationError()) }
    }
}

/// Translates an engine's answer into the client's format.
protocol StreamTranslator {
    /// The content type of the client's format.
    static var contentType: String { get }
    /// Returns the client's bytes for some of the engine's, which are cut at any place: whole events; may be empty.
    mutating func translate(_ bytes: ByteBuffer) throws -> ByteBuffer
    /// Whether the client needs no more of the engine's answer, which then ends.
    var isComplete: Bool { get }
    /// Does what has to be done before the client learns that its answer is complete.
    func settle() async throws
    /// Returns the last bytes of a complete answer.
    mutating func finish() async throws -> ByteBuffer
    /// Returns the last bytes of a failed answer.
    mutating func fail(_ failure: RoostError) async -> ByteBuffer
    /// Returns bytes that keep the connection alive and change no answer, between two events. `text` is a line about what the
    /// client waits for.
    mutating func wait(_ text: String) -> ByteBuffer
}

extension StreamTranslator {
    static var contentType: String { "text/event-stream" }

    var isComplete: Bool { false }

    func settle() async throws {}

    mutating func wait(_ text: String) -> ByteBuffer { ServerSentEvent.comment(text) }
}
