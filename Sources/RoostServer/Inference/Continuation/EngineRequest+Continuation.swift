import Foundation
import NIOCore
import RoostCore

extension EngineRequest {
    /// Fields whose answers have more than text, or text that depends on the state of the first engine.
    private static let fieldsOfOtherAnswers = [
        "tools", "grammar", "json_schema", "response_format", "logprobs", "top_logprobs", "n_probs", "return_tokens", "return_progress",
        "continue_final_message",
    ]
    private static let limits = ["max_tokens", "max_completion_tokens", "n_predict"]

    /// Returns the request for the rest of an answer, whose begin is given to the engine as the assistant's message.
    ///
    /// - Parameter text: The begin of the answer.
    /// - Returns: `nil` when such an answer cannot be continued.
    func continuing(_ text: AnswerRecord.Text) -> EngineRequest? {
        guard kind == .chat, streams, answers == 1,
            var fields = try? JSONSerialization.jsonObject(with: Data(body.readableBytesView)) as? [String: Any],
            Self.fieldsOfOtherAnswers.allSatisfy({ fields[$0] == nil }), var messages = fields["messages"] as? [[String: Any]]
        else { return nil }
        if let last = messages.last, last["role"] as? String == "assistant" {
            guard let begin = last["content"] as? String else { return nil }
            messages[messages.count - 1]["content"] = begin + text.content
        } else {
            messages.append(["role": "assistant", "content": text.content])
        }
        fields["messages"] = messages
        // Without these two, the engine would repeat the begin.
        fields["continue_final_message"] = true
        fields["add_generation_prompt"] = false
        for name in Self.limits {
            guard let limit = fields[name] as? Int, limit > 0 else { continue }
            guard limit > text.tokens else { return nil }
            fields[name] = limit - text.tokens
        }
        guard let data = try? JSONSerialization.data(withJSONObject: fields, options: .withoutEscapingSlashes) else { return nil }
        return replacingBody(ByteBuffer(bytes: data))
    }
}
