import HTTPServing
import ModelFormats
import NIOCore
import RoostCore

extension EngineRequest {
    /// Some tokens are left for the answer, and some messages have more tokens a byte than others.
    private static let margin = 0.9

    /// Returns the request with less text: a conversation without its oldest messages, texts for vectors without their ends.
    /// System prompts and the last message stay.
    ///
    /// - Parameter share: How much of the text fits, from 0 to 1.
    /// - Returns: `nil` if nothing can be left out.
    /// - Throws: `RoostError` with code `invalidRequest` for a body that is no JSON object.
    func shortened(to share: Double) throws -> EngineRequest? {
        let fields = try RequestFields(body: body)
        let share = min(max(share, 0), 1) * Self.margin
        let name = kind.inputField
        var changed = EngineBody()
        changed.begin("{")
        for (member, value) in fields.members {
            changed.next(member)
            guard member == name else {
                changed.write(value)
                continue
            }
            let isShorter = kind == .embeddings ? changed.write(texts: value, share) : changed.write(messages: value, share)
            guard isShorter else { return nil }
        }
        changed.end("}")
        return replacingBody(changed.buffer)
    }
}

extension EngineBody {
    /// Writes the messages that fit.
    ///
    /// - Returns: Whether one was left out.
    fileprivate mutating func write(messages value: JSONValue, _ share: Double) -> Bool {
        let messages = value.list
        var excess = Double(value.extent.bytes) * (1 - share)
        var kept: [JSONValue] = []
        for (index, message) in messages.enumerated() {
            let role = message["role"]?.string ?? ""
            // The answer of a tool does not stay without its call.
            let isFree = excess > 0 || (role == "tool" && kept.allSatisfy { $0["role"]?.string == "system" })
            if index == messages.count - 1 || ["system", "developer"].contains(role) || !isFree {
                kept.append(message)
            } else {
                excess -= Double(message.extent.bytes)
            }
        }
        begin("[")
        for message in kept {
            next(nil)
            write(message)
        }
        end("]")
        return kept.count < messages.count
    }

    /// Writes the beginnings of texts that fit: the longest text is the one that does not.
    ///
    /// - Returns: Whether one was shortened.
    fileprivate mutating func write(texts value: JSONValue, _ share: Double) -> Bool {
        let texts = value.list.compactMap(\.string)
        let most = Int(Double(texts.map(\.unicodeScalars.count).max() ?? 0) * share)
        begin("[")
        for text in texts {
            next(nil)
            write(text: String(String.UnicodeScalarView(text.unicodeScalars.prefix(max(1, most)))))
        }
        end("]")
        return texts.contains { $0.unicodeScalars.count > max(1, most) }
    }
}
