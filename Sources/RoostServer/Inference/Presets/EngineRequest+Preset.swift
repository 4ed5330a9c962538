import Engines
import HTTPServing
import ModelFormats
import NIOCore
import RoostAPI
import RoostCore

extension EngineRequest {
    /// Returns the request with the values of a preset where it has none itself: the system prompt of a chat without one,
    /// and the parameters of a chat or a completion.
    ///
    /// - Parameter preset: The preset. Parameters of an Ollama store that are not valid have no effect.
    /// - Returns: The request.
    /// - Throws: `RoostError` with code `invalidRequest` for a body that is no JSON object.
    func applying(_ preset: ModelPreset) throws -> EngineRequest {
        guard kind.generates else { return self }
        let parameters = ModelParameters(validOf: preset)
        let fields = try RequestFields(body: body)
        var merged = EngineBody()
        merged.begin("{")
        let replaced = assumed.intersection(parameters.fields.map(\.name))
        // The names of a validated body need no escapes.
        for (name, value) in fields.members where !replaced.contains(name) {
            merged.next(name)
            if name == "messages", let system = preset.system {
                merged.write(value, beginningWith: system)
            } else {
                merged.write(value)
            }
        }
        for parameter in parameters.fields where replaced.contains(parameter.name) || !fields.sets(parameter.name) {
            merged.next(parameter.name)
            merged.write(json: parameter.json)
        }
        merged.end("}")
        let request = try replacingConversation(merged.buffer).answering(atMost: Self.answerTokens(of: RequestFields(body: merged.buffer)))
        guard options.context == nil, let tokens = parameters.context else { return request }
        return request.asking(for: ContextWish(tokens: tokens, field: "num_ctx"))
    }
}

extension RequestFields {
    /// Whether a body says something about a parameter, under any of the parameter's names.
    fileprivate func sets(_ parameter: String) -> Bool {
        let names = parameter == "max_tokens" ? ["max_tokens", "max_completion_tokens", "n_predict"] : [parameter]
        return names.contains { value($0) != nil }
    }
}

extension EngineBody {
    /// Writes messages, with a system prompt if they do not begin with one.
    fileprivate mutating func write(_ messages: JSONValue, beginningWith system: String) {
        let list = messages.list
        if ["system", "developer"].contains(list.first?["role"]?.string) { return write(messages) }
        begin("[")
        next(nil)
        write(json: JSON.buffer(["role": "system", "content": system]).readableBytesView)
        for message in list {
            next(nil)
            write(message)
        }
        end("]")
    }
}
