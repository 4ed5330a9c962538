import HTTPServing
import ModelFormats
import ModelLibrary
import NIOCore
import RoostAPI
import RoostCore

/// A complete message.
struct MessageAnswer {
    /// Its id and model.
    let head: MessageHead
    /// What the model wrote.
    let chat: ChatAnswer
    /// Why it ended.
    let end: MessageEnd
    /// The engine's counts.
    let figures: GenerationFigures
    /// What the client gets of the thoughts.
    let thinking: MessageThinking.Shown

    /// The limits of a call's arguments.
    private static let limits = JSONLimits(nodeCount: 1_000_000, depth: 64)

    /// Returns the message as JSON. The arguments of calls keep the model's order: a client sends them back, and a prompt that
    /// differs there would be read again from there on.
    ///
    /// - Throws: `RoostError` with code `engineRefused` when a complete call's arguments are not an object.
    func body() throws -> ByteBuffer {
        var body = EngineBody()
        body.begin("{")
        for (name, text) in [
            ("id", head.id), ("type", "message"), ("role", "assistant"), ("model", head.model), ("stop_reason", end.reason.rawValue),
        ] {
            body.next(name)
            body.write(text: text)
        }
        body.next("stop_sequence")
        if let text = end.stopSequence { body.write(text: text) } else { body.write(plain: "null") }
        body.next("content")
        body.begin("[")
        if !chat.reasoning.isEmpty, thinking != .nothing {
            body.writeBlock("thinking", [("thinking", thinking == .text ? chat.reasoning : ""), ("signature", MessageBlocks.signature)])
            body.end("}")
        }
        if !chat.text.isEmpty {
            body.writeBlock("text", [("text", chat.text)])
            body.end("}")
        }
        for call in chat.calls {
            body.writeBlock("tool_use", [("id", call.id ?? ""), ("name", call.name ?? "")])
            body.next("input")
            if let input = try input(of: call) { body.write(input) } else { body.write(plain: "{}") }
            body.end("}")
        }
        body.end("]")
        body.next("usage")
        body.write(plain: String(buffer: JSON.buffer(MessageUsage(figures))))
        body.end("}")
        return body.buffer
    }

    /// - Returns: `nil` for arguments that were cut off.
    private func input(of call: ChatPiece.ToolCall) throws -> JSONValue? {
        if let document = try? JSONDocument(Array(call.arguments.utf8), limits: Self.limits), document.root.members != nil { return document.root }
        guard end.reason == .toolUse, !call.arguments.isEmpty else { return nil }
        throw RoostError(
            .engineRefused, "The engine wrote a call of \((call.name ?? "a tool").quotedForPeople) whose arguments are not a JSON object.")
    }
}

extension EngineBody {
    /// Begins an object with a type and texts.
    fileprivate mutating func writeBlock(_ type: String, _ texts: [(name: String, text: String)]) {
        next(nil)
        begin("{")
        next("type")
        write(string: type)
        for (name, text) in texts {
            next(name)
            write(text: text)
        }
    }
}

extension Inference {
    /// Returns a message in one piece. The engine stops at the first stop text.
    ///
    /// - Parameters:
    ///   - asked: The request.
    ///   - request: The request to the engine, as that of a client.
    ///   - requestID: The id of the request in the log.
    ///   - place: The body's part of the budget; it is kept until the engine has the body.
    /// - Returns: The message.
    /// - Throws: As `stream`, also for failures after the first token.
    func message(
        _ asked: MessagesRequest, _ request: EngineRequest, requestID: String?, holding place: BodyBudget.Place?
    ) async throws -> MessageAnswer {
        let stream = try await stream(request, holding: place)
        var (reader, answer) = (MessageReader(asked), ChatAnswer())
        for try await bytes in stream.pieces {
            for piece in try reader.read(bytes) { try answer.add(piece) }
            if reader.isStopped { break }
            stream.consumed()
        }
        try Task.checkCancellation()
        if reader.isStopped { stream.end(throwing: CancellationError()) }
        let (pieces, end) = try reader.finish()
        for piece in pieces { try answer.add(piece) }
        return MessageAnswer(
            head: MessageHead(model: stream.entry.reference.description, requestID: requestID), chat: answer, end: end, figures: reader.figures,
            thinking: asked.thinking)
    }
}
