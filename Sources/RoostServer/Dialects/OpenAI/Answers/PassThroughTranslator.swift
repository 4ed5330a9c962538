import Engines
import HTTPServing
import NIOCore
import RoostCore

/// The stream of `POST /v1/chat/completions` and `/v1/completions`: the engine's events in the client's form; a failure
/// becomes an event in OpenAI's form.
struct PassThroughTranslator: StreamTranslator {
    private static let longestEvent = 4 << 20
    private static let dataBegins = Array("data: {".utf8)
    private static let failureBegins = Array("data: {\"error\"".utf8)

    let form: AnswerForm
    /// The request field that holds the text.
    let inputField: String
    /// The start of an incomplete event.
    private var rest = ByteBuffer()

    init(form: AnswerForm, inputField: String) {
        self.form = form
        self.inputField = inputField
    }

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
        let bytes = event.readableBytesView
        guard bytes.starts(with: Self.dataBegins) else { return event }
        let data = ByteBuffer(bytes.dropFirst("data: ".utf8.count).dropLast("\n\n".utf8.count))
        if bytes.starts(with: Self.failureBegins) {
            return ServerSentEvent.buffer(OpenAIProblem(EngineAnswer.failure(status: 500, body: data, field: inputField)))
        }
        var translated = ByteBuffer(string: "data: ")
        translated.writeImmutableBuffer(try form.translated(data))
        translated.writeString("\n\n")
        return translated
    }
}
