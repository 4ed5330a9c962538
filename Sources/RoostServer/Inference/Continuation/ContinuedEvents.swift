import Engines
import Foundation
import NIOCore

/// The events of an engine that continues an answer, as a part of the whole answer.
struct ContinuedEvents: Sendable {
    private static let data = "data: "

    /// The number of tokens that an earlier engine generated.
    let tokens: Int
    /// Whether the next event is the first one, which only names the role.
    private var isFirst = true

    /// Creates a translation.
    ///
    /// - Parameter tokens: The number of tokens that an earlier engine generated.
    init(after tokens: Int) { self.tokens = tokens }

    /// Returns complete events without the first one, and with the usage of the whole answer.
    mutating func translate(_ events: ByteBuffer) -> ByteBuffer {
        var (rest, translated) = (events, ByteBuffer())
        while let end = rest.position(of: "\n\n"), let event = rest.readSlice(length: end + 2) {
            guard event.readableBytesView.starts(with: Self.data.utf8) else {
                translated.writeImmutableBuffer(event)
                continue
            }
            let namesRole = isFirst && Self.onlyNamesRole(event)
            isFirst = false
            if !namesRole { translated.writeImmutableBuffer(event.position(of: "\"usage\"") == nil ? event : withUsage(event)) }
        }
        translated.writeImmutableBuffer(rest)
        return translated
    }

    private static func onlyNamesRole(_ event: ByteBuffer) -> Bool {
        guard let choices = object(event)?["choices"] as? [[String: Any]], choices.count == 1, let delta = choices[0]["delta"] as? [String: Any]
        else {
            return false
        }
        return delta["role"] != nil && (delta["content"] as? String ?? "").isEmpty && choices[0]["finish_reason"] as? String == nil
    }

    /// Returns an event whose usage counts the tokens of both engines as generated.
    private func withUsage(_ event: ByteBuffer) -> ByteBuffer {
        guard var chunk = Self.object(event), var usage = chunk["usage"] as? [String: Any], let generated = usage["completion_tokens"] as? Int,
            let prompt = usage["prompt_tokens"] as? Int
        else { return event }
        usage["completion_tokens"] = generated + tokens
        usage["prompt_tokens"] = max(0, prompt - tokens)
        chunk["usage"] = usage
        guard let data = try? JSONSerialization.data(withJSONObject: chunk, options: .withoutEscapingSlashes) else { return event }
        return ByteBuffer(string: Self.data + String(decoding: data, as: UTF8.self) + "\n\n")
    }

    private static func object(_ event: ByteBuffer) -> [String: Any]? {
        try? JSONSerialization.jsonObject(with: Data(event.readableBytesView.dropFirst(data.utf8.count))) as? [String: Any]
    }
}
