import Foundation
import NIOCore
import RoostCore

/// An engine's JSON whose members are changed.
struct AnswerEdit {
    private var members: [String: Any]

    /// Parses an answer.
    ///
    /// - Throws: `RoostError` with code `engineRefused`.
    init(_ json: ByteBuffer) throws {
        guard let members = try? JSONSerialization.jsonObject(with: Data(json.readableBytesView)) as? [String: Any] else {
            throw RoostError(.engineRefused, "The engine sent something that is not a JSON object.")
        }
        self.members = members
    }

    /// Returns the answer in a form.
    func edited(for form: AnswerForm) throws -> ByteBuffer {
        var members = members
        if let choices = members["choices"] as? [[String: Any]] {
            members["choices"] = choices.map { choice in
                var choice = choice
                if form.hasFunctions { Self.replaceTools(in: &choice) }
                if form.hasTextProbabilities { Self.replaceProbabilities(in: &choice) }
                return choice
            }
        }
        if let documents = form.documents, let results = members["results"] as? [[String: Any]] {
            members["results"] = results.map { result in
                var result = result
                if let index = result["index"] as? Int, documents.indices.contains(index) { result["document"] = ["text": documents[index]] }
                return result
            }
        }
        do {
            return ByteBuffer(bytes: try JSONSerialization.data(withJSONObject: members, options: [.sortedKeys, .withoutEscapingSlashes]))
        } catch {
            throw RoostError(.engineRefused, "The engine's answer cannot be written as JSON.", cause: error)
        }
    }

    /// Gives a choice the older `function_call` of the first tool call.
    private static func replaceTools(in choice: inout [String: Any]) {
        for key in ["message", "delta"] {
            guard var message = choice[key] as? [String: Any], let calls = message.removeValue(forKey: "tool_calls") as? [[String: Any]] else {
                continue
            }
            if let first = calls.first(where: { ($0["index"] as? Int ?? 0) == 0 }) { message["function_call"] = first["function"] }
            choice[key] = message
        }
        if choice["finish_reason"] as? String == "tool_calls" { choice["finish_reason"] = "function_call" }
    }

    /// Gives a choice the probabilities in the form of `/v1/completions`.
    private static func replaceProbabilities(in choice: inout [String: Any]) {
        guard let content = (choice["logprobs"] as? [String: Any])?["content"] as? [[String: Any]] else { return }
        var offset = 0
        var (tokens, logprobs, tops, offsets): ([Any], [Any], [Any], [Int]) = ([], [], [], [])
        for entry in content {
            let token = entry["token"] as? String ?? ""
            tokens.append(token)
            logprobs.append(entry["logprob"] ?? NSNull())
            let top = (entry["top_logprobs"] as? [[String: Any]] ?? []).compactMap { top in
                (top["token"] as? String).map { ($0, top["logprob"] ?? NSNull()) }
            }
            tops.append(Dictionary(top) { first, _ in first })
            offsets.append(offset)
            offset += token.unicodeScalars.count
        }
        choice["logprobs"] = ["tokens": tokens, "token_logprobs": logprobs, "top_logprobs": tops, "text_offset": offsets] as [String: Any]
    }
}
