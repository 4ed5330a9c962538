import HTTPTypes
import ModelFormats
import NIOCore
import RoostCore

@testable import RoostServer

/// A kind of bytes from outside that the dialects read, and what must hold of every input. A broken rule ends the process. Tests and the fuzzer use
/// it alike.
enum DialectInput: String, CaseIterable {
    /// The body of a request, for each decoder of the dialects.
    case requests
    /// An engine's streamed answer, for each translator.
    case answers

    /// Reads one input.
    func run(_ bytes: [UInt8]) {
        switch self {
        case .requests: Self.decode(bytes)
        case .answers: Self.translate(bytes)
        }
    }
}

// MARK: - Requests

extension DialectInput {
    private static let decoders: [@Sendable (RequestFields) throws -> EngineRequest] = [
        { try EngineRequest(completions: $0) }, { try EngineRequest(texts: $0) }, { try EngineRequest(embeddings: $0) },
        { try EngineRequest(ranking: $0) }, { try EngineRequest(tokens: $0) }, { try EngineRequest(tokenText: $0) },
        { try EngineRequest(template: $0) }, { try ResponseRequest($0, canStore: true).engineRequest() }, { try NativeChat($0).engine },
        { try MessagesRequest($0).engine }, { try MessagesRequest($0, isCount: true).engine }, { try OllamaAsk(chat: $0).request },
        { try OllamaAsk(generate: $0).request }, { try OllamaEmbedding(embed: $0).request }, { try OllamaEmbedding(embeddings: $0).request },
    ]

    /// A body is refused with a 4xx, or an engine gets JSON.
    private static func decode(_ bytes: [UInt8]) {
        guard let fields = read({ try RequestFields(body: ByteBuffer(bytes: bytes)) }) else { return }
        _ = read { try OllamaCreation(fields) }
        for decoder in decoders {
            guard let request = read({ try decoder(fields) }) else { continue }
            let body = try? JSONDocument(Array(request.body.readableBytesView))
            precondition(body?.root.members != nil)
        }
    }

    private static func read<Value>(_ action: () throws -> Value) -> Value? {
        do {
            return try action()
        } catch let error as RoostError {
            precondition((400..<500).contains(error.httpStatus.code) && !error.message.isEmpty)
        } catch {
            preconditionFailure("\(error)")
        }
        return nil
    }
}

// MARK: - Answers

extension DialectInput {
    /// What clients get is whole events or lines of JSON, and does not depend on where the engine's bytes are cut.
    private static func translate(_ bytes: [UInt8]) {
        let head = MessageHead(model: "a/b", requestID: "1")
        let made = { MessageTranslator(MessageReader(stopTexts: $0, maxTokens: 100), thinking: .text, head) }
        checkCuts(bytes) { made([]) }
        checkCuts(bytes) { ChatEventTranslator() }
        checkCuts(bytes) { PassThroughTranslator(form: AnswerForm(model: "a/b"), inputField: "messages") }
        for form in [OllamaAsk.Form.chat, .generate(nil)] {
            let written = OllamaTranslator.Form(form: form, model: "a/b", wantsAlternatives: true, elapsed: { .zero }, loadDuration: { .zero })
            let lines = told(bytes, whole: true, OllamaTranslator(written))
            checkJSON(lines?.split(separator: "\n") ?? [])
        }
        for text in [told(bytes, whole: true, made(["end"])), told(bytes, whole: true, ChatEventTranslator())] {
            let events = text?.split(separator: "\n\n") ?? []
            checkJSON(events.compactMap { $0.split(separator: "\n").last { $0.hasPrefix("data: ") }?.dropFirst("data: ".count) })
        }
    }

    private static func checkCuts(_ bytes: [UInt8], _ translator: () -> some FinishingTranslator) {
        let (whole, cut) = (told(bytes, whole: true, translator()), told(bytes, whole: false, translator()))
        // The first event has the counts that are known when it is sent.
        let events = [whole, cut].map { $0?.split(separator: "\n\n").filter { !$0.hasPrefix("event: message_start") } }
        precondition(events[0] == events[1], "\(String(decoding: bytes, as: UTF8.self)): \(events)")
    }

    private static func checkJSON(_ texts: [Substring]) {
        for text in texts { precondition((try? JSONDocument(Array(text.utf8)))?.root.members != nil, "\(text)") }
    }

    /// What a client gets of an answer; `nil` when it fails.
    private static func told(_ bytes: [UInt8], whole: Bool, _ translator: some FinishingTranslator) -> String? {
        var (translator, told, rest) = (translator, "", ByteBuffer(bytes: bytes))
        do {
            while !translator.isComplete, rest.readableBytes > 0,
                let part = rest.readSlice(length: whole ? rest.readableBytes : min(1 + rest.readableBytes % 7, rest.readableBytes))
            {
                told += String(buffer: try translator.translate(part))
            }
            return told + String(buffer: try translator.end())
        } catch {
            precondition(error is RoostError)
            return nil
        }
    }
}

/// A translator whose last bytes need no waiting.
private protocol FinishingTranslator: StreamTranslator {
    mutating func end() throws -> ByteBuffer
}

extension MessageTranslator: FinishingTranslator { fileprivate mutating func end() throws -> ByteBuffer { try finish() } }
extension ChatEventTranslator: FinishingTranslator { fileprivate mutating func end() throws -> ByteBuffer { try finish() } }
extension OllamaTranslator: FinishingTranslator { fileprivate mutating func end() throws -> ByteBuffer { try finish() } }
extension PassThroughTranslator: FinishingTranslator { fileprivate mutating func end() throws -> ByteBuffer { finish() } }
