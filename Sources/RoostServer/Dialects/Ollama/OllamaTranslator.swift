import Foundation
import HTTPServing
import NIOCore
import RoostAPI
import RoostCore

/// The stream of `POST /api/chat` and `POST /api/generate`: a JSON object on each line.
///
/// A call of a tool is one line with its whole arguments.
struct OllamaTranslator: StreamTranslator {
    static let contentType = "application/x-ndjson"

    /// What the lines say besides the answer.
    struct Form: Sendable {
        /// The form of the answer.
        let form: OllamaAsk.Form
        /// The model, as the client named it.
        let model: String
        /// Whether each token comes with the most probable other ones.
        var wantsAlternatives = false
        /// Returns the time since the request's arrival.
        let elapsed: @Sendable () -> Duration
        /// Returns the time until the engine was ready.
        let loadDuration: @Sendable () -> Duration
    }

    private let form: Form
    private var reader = ChatReader()
    /// The call whose arguments are not complete yet.
    private var call: ChatPiece.ToolCall?
    private var calls = 0
    /// The text so far, for the conversation.
    private var text = ""

    /// Creates a translator.
    init(_ form: Form) { self.form = form }

    mutating func translate(_ bytes: ByteBuffer) throws -> ByteBuffer {
        var lines = ByteBuffer()
        for event in try reader.readEvents(bytes) {
            var logprobs = form.logprobs(event.logprobs)
            for piece in event.pieces {
                if case .toolCall(let next) = piece {
                    try add(next, to: &lines)
                    continue
                }
                try endCall(to: &lines)
                if case .text(let text) = piece { keep(text) }
                lines.write(line: form.line(piece, logprobs))
                logprobs = nil
            }
        }
        return lines
    }

    mutating func finish() throws -> ByteBuffer {
        let end = try reader.finish()
        var lines = ByteBuffer()
        // A call that was cut is none.
        if end == .length, let cut = call, OllamaReply.ToolCall(cut) == nil { call = nil }
        try endCall(to: &lines)
        lines.write(line: form.last(end, reader.figures, answer: text))
        return lines
    }

    mutating func fail(_ failure: RoostError) -> ByteBuffer {
        var lines = ByteBuffer()
        lines.write(line: OllamaProblem(failure))
        return lines
    }

    /// Nothing: clients read every line as an answer.
    mutating func wait(_ text: String) -> ByteBuffer { ByteBuffer() }

    private mutating func keep(_ piece: String) {
        if case .generate(_?) = form.form { text += piece }
    }

    private mutating func add(_ piece: ChatPiece.ToolCall, to lines: inout ByteBuffer) throws {
        guard var current = call, current.index == piece.index else {
            try endCall(to: &lines)
            call = piece
            return
        }
        current.arguments += piece.arguments
        current.id = current.id ?? piece.id
        current.name = current.name ?? piece.name
        call = current
    }

    private mutating func endCall(to lines: inout ByteBuffer) throws {
        guard let call else { return }
        self.call = nil
        calls += 1
        guard calls <= ChatAnswer.mostCalls, let whole = OllamaReply.ToolCall(call) else {
            throw RoostError(
                .engineRefused, "The model called the tool \((call.name ?? "").quotedForPeople) with arguments that are no JSON object; try again.")
        }
        var reply = OllamaReply(model: form.model)
        reply.message = OllamaReply.Message(toolCalls: [whole])
        lines.write(line: reply)
    }
}

extension OllamaTranslator.Form {
    /// The line of a piece of text or thought, an `OllamaReply`.
    fileprivate func line(_ piece: ChatPiece, _ logprobs: [TokenLogprob]?) -> JSONObject {
        let (text, thinking) =
            switch piece {
            case .text(let text): (text, String?.none)
            case .reasoning(let text): ("", text)
            case .toolCall: ("", nil)
            }
        let time = Timestamp(Date()).description
        if form == .chat {
            let message: JSONObject = ["role": "assistant", "content": text, "thinking": thinking]
            return ["model": model, "created_at": time, "message": message, "done": false, "logprobs": logprobs]
        }
        return ["model": model, "created_at": time, "response": text, "thinking": thinking, "done": false, "logprobs": logprobs]
    }

    /// The last line of a stream.
    fileprivate func last(_ end: ChatEnd, _ generation: GenerationFigures, answer: String) -> OllamaReply {
        var reply = ending(end.ollamaReason, generation)
        if case .generate(let context?) = form { reply.context = context.numbers(with: answer) }
        return reply
    }

    /// A line that ends an answer, without text.
    func ending(_ reason: String, _ generation: GenerationFigures = GenerationFigures()) -> OllamaReply {
        var reply = OllamaReply(model: model)
        if form == .chat { reply.message = OllamaReply.Message() } else { reply.response = "" }
        (reply.done, reply.doneReason) = (true, reason)
        reply.figures = OllamaReply.Figures(total: elapsed(), load: loadDuration(), generation: generation)
        return reply
    }

    /// The whole answer in one piece.
    ///
    /// - Throws: `RoostError` with code `engineRefused` for a call whose arguments are no JSON object.
    func whole(_ chat: CompleteChat) throws -> OllamaReply {
        let answer = chat.answer
        let thinking = answer.reasoning.isEmpty ? nil : answer.reasoning
        var reply = ending(chat.end.ollamaReason, chat.figures)
        reply.logprobs = logprobs(answer.logprobs)
        if case .generate(let context) = form {
            (reply.response, reply.thinking) = (answer.text, thinking)
            reply.context = context?.numbers(with: answer.text)
            return reply
        }
        let calls = try answer.calls.compactMap { call -> OllamaReply.ToolCall? in
            if let whole = OllamaReply.ToolCall(call) { return whole }
            // A call that was cut is none.
            if chat.end == .length { return nil }
            throw RoostError(
                .engineRefused, "The model called the tool \((call.name ?? "").quotedForPeople) with arguments that are no JSON object; try again.")
        }
        reply.message = OllamaReply.Message(content: answer.text, thinking: thinking, toolCalls: calls.isEmpty ? nil : calls)
        return reply
    }

    /// The probabilities of tokens; `nil` for none.
    fileprivate func logprobs(_ tokens: [TokenLogprob]) -> [TokenLogprob]? {
        guard !tokens.isEmpty else { return nil }
        return wantsAlternatives ? tokens : tokens.map { TokenLogprob(token: $0.token, logprob: $0.logprob, bytes: $0.bytes, alternatives: nil) }
    }
}

extension ByteBuffer {
    /// Returns a value as a line of JSON.
    static func line(_ value: some Encodable) -> ByteBuffer {
        var buffer = ByteBuffer()
        buffer.write(line: value)
        return buffer
    }

    /// Writes a value as a line of JSON.
    mutating func write(line value: some Encodable) {
        writeImmutableBuffer(JSON.buffer(value))
        writeInteger(UInt8(ascii: "\n"))
    }
}
