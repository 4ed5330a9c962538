import ModelFormats
import NIOCore
import RoostCore

extension RequestText {
    /// How an engine counts the tokens of a text.
    package enum Counting: Sendable {
        /// As a chat, with its template.
        case chat
        /// As the prompt of a completion.
        case prompt

        /// The engine's route.
        package var path: String { self == .chat ? "/v1/chat/completions/input_tokens" : "/tokenize" }

        /// Returns the number of tokens in the engine's answer; `nil` when it could not count them.
        package func count(in answer: EngineSupervisor.LookupAnswer) async throws -> Int? {
            guard answer.status == 200 else { return nil }
            // The tokens of a prompt are listed one by one.
            return try await WorkThreads.run {
                let fields = try? JSONDocument(Array(answer.body.readableBytesView)).root
                return self == .chat ? fields?["input_tokens"]?.int : fields?["tokens"]?.elements?.count
            }
        }
    }

    /// Returns what an engine is asked for the number of tokens; `nil` if the text is none or several.
    ///
    /// - Parameter counting: How it counts.
    /// - Returns: The body.
    /// - Throws: `FormatProblem`; `CancellationError`.
    func counted(as counting: Counting) async throws -> ByteBuffer? {
        guard counting == .prompt else { return body }
        return try await WorkThreads.run {
            let prompt = try JSONDocument(Array(body.readableBytesView)).root[field]
            guard let text = prompt?.elements.map({ Array($0) }) ?? prompt.map({ [$0] }), text.count == 1, text[0].isString else { return nil }
            var bytes = Array("{\"add_special\":true,\"parse_special\":true,\"content\":".utf8)
            text[0].write(to: &bytes)
            return ByteBuffer(bytes: bytes + "}".utf8)
        }
    }
}
