import Foundation
import NIOCore
import RoostCore

/// The events of a streamed chat answer that were passed on, so that another engine can continue the answer when the
/// first one ends.
struct AnswerRecord: Sendable {
    /// A part of an answer that consists of text only.
    struct Text: Sendable, Hashable {
        /// The text.
        var content = ""
        /// The number of events with text. The engine sends one for each token, except for tokens that end within a
        /// character.
        var tokens = 0
    }

    /// The most bytes of events that are kept, about 15,000 tokens. Longer answers are not continued.
    private static let mostBytes = 4 << 20

    /// The start of an incomplete event.
    private var rest = ByteBuffer()
    private var eventEnd = EventEnd()
    private var events = ByteBuffer()
    private var isTooLong = false

    /// Adds bytes of the engine, cut at any place.
    ///
    /// - Returns: The events that are complete now. The start of an incomplete one waits, because another engine cannot
    ///   continue it.
    mutating func add(_ bytes: ByteBuffer) -> ByteBuffer {
        let waiting = rest.readableBytes
        rest.writeImmutableBuffer(bytes)
        let end = eventEnd.last(in: bytes.readableBytesView)
        let length = isTooLong ? rest.readableBytes : end.map { waiting + $0 } ?? 0
        guard length > 0, let complete = rest.readSlice(length: length) else {
            isTooLong = isTooLong || rest.readableBytes > Self.mostBytes
            return isTooLong ? takeRest() : ByteBuffer()
        }
        rest.discardReadBytes()
        keep(complete)
        return complete
    }

    /// Removes and returns the start of an incomplete event.
    mutating func takeRest() -> ByteBuffer {
        defer { rest = ByteBuffer() }
        return rest
    }

    /// Returns the text of the events so far.
    ///
    /// - Returns: `nil` when the answer cannot be continued: there is no text yet, the answer is complete or too long, or
    ///   it contains more than text.
    func text() -> Text? {
        guard !isTooLong else { return nil }
        var parser = ServerSentEvents()
        guard let events = try? parser.feed(events.readableBytesView) else { return nil }
        var text = Text()
        for event in events {
            guard let chunk = try? JSONDecoder().decode(PlainChunk.self, from: Data(event.utf8)) else { return nil }
            for choice in chunk.choices {
                guard choice.index == 0, choice.finishReason == nil, choice.delta.isText else { return nil }
                guard let content = choice.delta.content, !content.isEmpty else { continue }
                text.content += content
                text.tokens += 1
            }
        }
        return text.content.isEmpty ? nil : text
    }

    private mutating func keep(_ complete: ByteBuffer) {
        guard !isTooLong else { return }
        events.writeImmutableBuffer(complete)
        guard events.readableBytes > Self.mostBytes else { return }
        isTooLong = true
        events = ByteBuffer()
    }
}

/// An event of a streamed answer. Decoding fails for `[DONE]` and for errors.
private struct PlainChunk: Decodable {
    struct Choice: Decodable {
        let index: Int
        let delta: Delta
        let finishReason: String?

        private enum CodingKeys: String, CodingKey {
            case index, delta
            case finishReason = "finish_reason"
        }
    }

    struct Delta: Decodable {
        let content: String?
        /// Whether it contains no fields other than the role and text.
        let isText: Bool

        init(from decoder: any Decoder) throws {
            let fields = try decoder.container(keyedBy: Field.self)
            content = try Field(stringValue: "content").flatMap { try fields.decodeIfPresent(String.self, forKey: $0) }
            isText = fields.allKeys.allSatisfy { ["role", "content"].contains($0.stringValue) }
        }
    }

    private struct Field: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }

        init?(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    let choices: [Choice]
}
