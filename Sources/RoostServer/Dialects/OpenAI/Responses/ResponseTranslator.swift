import HTTPServing
import NIOCore
import RoostCore

/// The stream of `POST /v1/responses`: the API's events, made of the engine's chat answer.
struct ResponseTranslator: StreamTranslator {
    private static let done = ByteBuffer(string: "data: [DONE]\n\n")

    private var reader = ChatReader()
    /// The first events; empty when they were sent.
    private var opening: ByteBuffer
    private let run: ResponseRun

    /// Creates a translator. The first and the last events repeat the instructions, so they are written on threads for long work.
    init(_ run: ResponseRun) async throws {
        self.run = run
        opening = try await WorkThreads.run { run.events { $0.begin() } }
    }

    mutating func translate(_ bytes: ByteBuffer) throws -> ByteBuffer {
        var events = begin()
        for piece in try reader.read(bytes) { events.writeImmutableBuffer(try run.events { try $0.add(piece) }) }
        return events
    }

    mutating func finish() async throws -> ByteBuffer {
        var events = begin()
        let (end, figures) = (try reader.finish(), reader.figures)
        events.writeImmutableBuffer(try await WorkThreads.run { [run] in run.events { $0.end(end, figures) } })
        // A client that has the last event can rely on it.
        try await run.store()
        events.writeImmutableBuffer(Self.done)
        return events
    }

    mutating func fail(_ failure: RoostError) async -> ByteBuffer {
        var events = begin()
        // Only a cancelled task gets no thread, and its client no bytes.
        let last = try? await WorkThreads.run { [run] in run.events { $0.fail(failure) } }
        events.writeImmutableBuffer(last ?? run.events { $0.fail(failure) })
        await run.storeFailure()
        events.writeImmutableBuffer(Self.done)
        return events
    }

    mutating func wait(_ text: String) -> ByteBuffer {
        var events = begin()
        events.writeImmutableBuffer(ServerSentEvent.comment(text))
        return events
    }

    private mutating func begin() -> ByteBuffer {
        defer { opening = ByteBuffer() }
        return opening
    }
}
