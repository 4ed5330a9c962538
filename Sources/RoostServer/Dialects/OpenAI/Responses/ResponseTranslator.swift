import HTTPServing
import NIOCore
import RoostCore

/// The stream of `POST /v1/responses`: the API's events, made of the engine's chat answer.
struct ResponseTranslator: StreamTranslator {
    private static let done = ByteBuffer(string: "data: [DONE]\n\n")

    private var reader = ChatReader()
    private var hasBegun = false
    private let run: ResponseRun

    init(_ run: ResponseRun) { self.run = run }

    mutating func translate(_ bytes: ByteBuffer) throws -> ByteBuffer {
        var events = begin()
        for piece in try reader.read(bytes) { events.writeImmutableBuffer(try run.events { try $0.add(piece) }) }
        return events
    }

    mutating func finish() async throws -> ByteBuffer {
        var events = begin()
        let (end, figures) = (try reader.finish(), reader.figures)
        events.writeImmutableBuffer(run.events { $0.end(end, figures) })
        // A client that has the last event can rely on it.
        try await run.store()
        events.writeImmutableBuffer(Self.done)
        return events
    }

    mutating func fail(_ failure: RoostError) async -> ByteBuffer {
        var events = begin()
        events.writeImmutableBuffer(run.events { $0.fail(failure) })
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
        guard !hasBegun else { return ByteBuffer() }
        hasBegun = true
        return run.events { $0.begin() }
    }
}
