import Engines
import HTTPServing
import NIOCore
import RoostCore

/// The stream of `POST /v1/chat/completions`: the engine's events unchanged; a failure becomes an event in OpenAI's
/// form.
struct PassThroughTranslator: StreamTranslator {
    private static let longestEvent = 4 << 20
    private static let failureBegins = Array("data: {\"error\"".utf8)

    /// The start of an incomplete event.
    private var rest = ByteBuffer()

    mutating func translate(_ bytes: ByteBuffer) throws -> ByteBuffer {
        rest.writeImmutableBuffer(bytes)
        var translated = ByteBuffer()
        while let end = rest.position(of: "\n\n"), let event = rest.readSlice(length: end + 2) {
            translated.writeImmutableBuffer(try self.translated(event))
        }
        guard rest.readableBytes <= Self.longestEvent else {
            throw RoostError(.engineRefused, "The engine sent an event of more than \(ByteCount(Int64(Self.longestEvent))); the answer was given up.")
        }
        rest.discardReadBytes()
        return translated
    }

    mutating func finish() -> ByteBuffer { rest }

    mutating func fail(_ failure: RoostError) -> ByteBuffer { ServerSentEvent.buffer(OpenAIProblem(failure)) }

    private func translated(_ event: ByteBuffer) throws -> ByteBuffer {
        guard event.readableBytesView.starts(with: Self.failureBegins) else { return event }
        let body = ByteBuffer(event.readableBytesView.dropFirst("data: ".utf8.count))
        return ServerSentEvent.buffer(OpenAIProblem(EngineAnswer.failure(status: 500, body: body, field: EngineRequest.Kind.chat.inputField)))
    }
}
