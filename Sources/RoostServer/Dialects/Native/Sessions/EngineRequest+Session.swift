import ModelFormats
import NIOCore
import RoostCore

extension EngineRequest {
    /// The messages of a chat.
    var messages: SessionMessages {
        get throws {
            guard let messages = try JSONDocument(Array(body.readableBytesView)).root["messages"] else {
                throw RoostError(.unexpected, "A chat has no messages.")
            }
            return SessionMessages(messages)
        }
    }

    /// Returns a chat with earlier messages before its own.
    func after(_ history: SessionMessages) throws -> EngineRequest {
        guard let members = try JSONDocument(Array(body.readableBytesView)).root.members else { return self }
        var longer = EngineBody()
        longer.begin("{")
        longer.next("model")
        longer.write(text: reference.description)
        for (key, value) in members {
            guard let name = key.string else { continue }
            longer.next(name)
            guard name == "messages" else {
                longer.write(value)
                continue
            }
            var messages = history
            messages.append(SessionMessages(value))
            longer.write(plain: String(decoding: messages.json, as: UTF8.self))
        }
        longer.end("}")
        let checked = try EngineRequest(completions: RequestFields(body: longer.buffer))
        var request = self
        // The earlier messages can have images too.
        request.media = checked.media
        return request.replacingConversation(checked.body)
    }
}
