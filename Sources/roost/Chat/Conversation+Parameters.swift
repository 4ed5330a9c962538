import Interaction
import RoostAPI
import RoostClient
import RoostCore

extension Conversation {
    /// Sets a parameter by the name that a person typed, also by Ollama's.
    ///
    /// - Throws: `RoostError` with code `invalidRequest`: one sentence with the allowed values.
    mutating func set(_ name: String, to value: String) throws {
        switch name.lowercased() {
        case "temperature": request.temperature = try Self.number(name, value, 0...2)
        case "top_p": request.sampling.topP = try Self.number(name, value, 0...1)
        case "top_k": request.sampling.topK = try Self.whole(name, value, -1...1_000_000)
        case "min_p": request.sampling.minP = try Self.number(name, value, 0...1)
        case "repeat_penalty": request.sampling.repeatPenalty = try Self.number(name, value, 0...10)
        case "presence_penalty": request.sampling.presencePenalty = try Self.number(name, value, -2...2)
        case "frequency_penalty": request.sampling.frequencyPenalty = try Self.number(name, value, -2...2)
        case "seed": request.sampling.seed = try Self.whole(name, value, -1...4_294_967_295)
        case "max_tokens", "num_predict": request.maxTokens = try Self.whole(name, value, 1...1_000_000)
        case "context", "num_ctx": request.contextLength = try Self.whole(name, value, 256...1_048_576)
        case "timeout": request.timeout = try Self.number(name, value, 1...600)
        case "stop": request.stop = value == "none" ? nil : (request.stop ?? []) + [value]
        case "think": request.thinking = try Self.thinking(value)
        case "verbose": isVerbose = try Self.isOn(name, value)
        case "format": format = try AnswerFormat(typed: value)
        default:
            throw RoostError(.invalidRequest, "There is no parameter \(name.quotedForPeople); /? lists them.", field: "set")
        }
    }

    /// The model, the instructions and the parameters that are set, for people.
    var summary: String {
        let sampling = request.sampling
        var lines = ["model        \(request.model)", "system       \(system ?? "none")"]
        let values: [(String, Any?)] = [
            ("temperature", request.temperature), ("top_p", sampling.topP), ("top_k", sampling.topK), ("min_p", sampling.minP),
            ("repeat_penalty", sampling.repeatPenalty), ("presence_penalty", sampling.presencePenalty),
            ("frequency_penalty", sampling.frequencyPenalty), ("seed", sampling.seed), ("max_tokens", request.maxTokens),
            ("context", request.contextLength), ("stop", request.stop?.map(\.quotedForPeople).joined(separator: ", ")),
            ("think", request.thinking.map { $0.isEnabled ? $0.effort ?? "on" : "off" }), ("format", formatName),
        ]
        for (name, value) in values { if let value { lines.append("\(name.padding(to: 13))\(value)") } }
        lines.append("messages     \(request.messages.count)")
        return lines.joined(separator: "\n")
    }

    private var formatName: String? {
        switch format {
        case nil: nil
        case .json?: "json"
        case .schema?: "a schema"
        }
    }

    private static func thinking(_ value: String) throws -> ChatThinking? {
        switch value.lowercased() {
        case "on", "true": ChatThinking(isEnabled: true)
        case "off", "false": ChatThinking(isEnabled: false)
        case "low", "medium", "high", "max": ChatThinking(isEnabled: true, effort: value.lowercased())
        case "auto", "none": nil
        default: throw wrong("think", "on, off, low, medium, high or auto", value)
        }
    }

    private static func isOn(_ name: String, _ value: String) throws -> Bool {
        guard let isOn = ["on": true, "true": true, "off": false, "false": false][value.lowercased()] else { throw wrong(name, "on or off", value) }
        return isOn
    }

    private static func number(_ name: String, _ text: String, _ range: ClosedRange<Double>) throws -> Double {
        guard let value = Double(text), range.contains(value) else {
            throw wrong(name, "a number from \(range.lowerBound) to \(range.upperBound)", text)
        }
        return value
    }

    private static func whole(_ name: String, _ text: String, _ range: ClosedRange<Int>) throws -> Int {
        guard let value = Int(text), range.contains(value) else {
            throw wrong(name, "a whole number from \(range.lowerBound) to \(range.upperBound)", text)
        }
        return value
    }

    private static func wrong(_ name: String, _ allowed: String, _ value: String) -> RoostError {
        RoostError(.invalidRequest, "\(name) must be \(allowed); it is \(value.quotedForPeople).", field: name)
    }
}
