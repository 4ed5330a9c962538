import ModelFormats
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
            // `[DONE]` and errors have no choices.
            guard let choices = (try? JSONDocument(Array(event.utf8)))?.root["choices"]?.elements else { return nil }
            for choice in choices {
                guard let piece = Self.plainText(of: choice) else { return nil }
                guard !piece.isEmpty else { continue }
                text.content += piece
                text.tokens += 1
            }
        }
        return text.content.isEmpty ? nil : text
    }

    /// Returns the text of a part of an event.
    ///
    /// - Returns: `nil` for one that is not the first choice, ends the answer, or has fields besides the role and text.
    private static func plainText(of choice: JSONValue) -> String? {
        guard choice["index"]?.int == 0, choice["finish_reason"]?.isNull ?? true, let delta = choice["delta"]?.members else { return nil }
        var text = ""
        for (name, value) in delta {
            switch name.string {
            case "role": continue
            case "content" where value.isNull: continue
            case "content":
                guard let content = value.string else { return nil }
                text = content
            default: return nil
            }
        }
        return text
    }

    private mutating func keep(_ complete: ByteBuffer) {
        guard !isTooLong else { return }
        events.writeImmutableBuffer(complete)
        guard events.readableBytes > Self.mostBytes else { return }
        isTooLong = true
        events = ByteBuffer()
    }
}
