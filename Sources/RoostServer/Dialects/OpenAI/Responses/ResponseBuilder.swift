import Engines
import Foundation
import HTTPServing
import RoostAPI
import RoostCore

/// Makes a response of the pieces of a chat answer, and the event of each step.
///
/// Items follow each other: one is done before the next one is added, except calls of tools, whose pieces may alternate.
struct ResponseBuilder {
    /// The most items of a response.
    private static let mostItems = 256

    private(set) var response: ResponseObject
    private let customNames: Set<String>
    private var sequence = 0
    private var reasoningPieces = 0

    init(_ response: ResponseObject) {
        self.response = response
        customNames = response.settings.tools.customNames
    }

    /// An event, whose JSON has its name as `type`.
    struct Event {
        let name: String
        let data: JSONObject
    }

    /// The events at the begin.
    mutating func begin() -> [Event] { [event("response.created"), event("response.in_progress")] }

    /// Adds a piece.
    ///
    /// - Returns: The events of it.
    /// - Throws: `RoostError` with code `engineRefused` when there are too many items.
    mutating func add(_ piece: ChatPiece) throws -> [Event] {
        switch piece {
        case .reasoning(let text):
            reasoningPieces += 1
            return try add(text, to: .reasoning)
        case .text(let text): return try add(text, to: .message)
        case .toolCall(let call): return try add(call)
        }
    }

    /// Ends the response; one that was canceled stays so.
    ///
    /// - Parameters:
    ///   - end: Why the answer ended.
    ///   - figures: The engine's counts.
    /// - Returns: The last events.
    mutating func end(_ end: ChatEnd, _ figures: GenerationFigures) -> [Event] {
        let isCut = end == .length
        var events = closeAll(isCut ? .incomplete : .completed)
        let input = figures.promptTokens + figures.cachedTokens
        response.usage = ResponseObject.Usage(
            input_tokens: input, input_tokens_details: .init(cached_tokens: figures.cachedTokens), output_tokens: figures.generatedTokens,
            output_tokens_details: .init(reasoning_tokens: min(reasoningPieces, figures.generatedTokens)),
            total_tokens: input + figures.generatedTokens)
        if response.status != .cancelled { response.status = isCut ? .incomplete : .completed }
        if response.status == .completed { response.completedAt = Self.now }
        events.append(event("response.\(response.status.rawValue)"))
        return events
    }

    /// Ends a response that failed, or that its client has canceled.
    mutating func fail(_ failure: RoostError) -> [Event] {
        var events = closeAll(.incomplete)
        if response.status != .cancelled {
            response.status = .failed
            response.error = ResponseObject.Failure(failure)
        }
        events.append(event("response.\(response.status.rawValue)"))
        return events
    }

    /// Marks a response that its client has canceled, if it has not ended.
    ///
    /// - Returns: Whether it was running.
    mutating func cancel() -> Bool {
        guard response.status == .inProgress else { return false }
        response.status = .cancelled
        return true
    }

    /// The time in seconds since 1970.
    static var now: Int { Int(Date().timeIntervalSince1970) }
}

// MARK: - Items

extension ResponseBuilder {
    private mutating func add(_ text: String, to content: ResponseItem.Content) throws -> [Event] {
        var events: [Event] = []
        let index: Int
        if let last = response.output.indices.last, response.output[last].isOpen, response.output[last].hasKind(of: content) {
            index = last
        } else {
            events += closeAll(.completed)
            events += try open(content)
            index = response.output.count - 1
            events.append(
                event("response.content_part.added", index, part: ResponseItem.Part(response.output[index].part, text: "")))
        }
        response.output[index].text += text
        events.append(event(content.isReasoning ? "response.reasoning_text.delta" : "response.output_text.delta", index, delta: text))
        return events
    }

    private mutating func add(_ call: ChatPiece.ToolCall) throws -> [Event] {
        var events: [Event] = []
        var place = response.output.indices.last { response.output[$0].callIndex == call.index }
        if place == nil {
            for index in response.output.indices where response.output[index].callIndex == nil { events += close(index, .completed) }
            let name = call.name ?? ""
            let isCustom = customNames.contains(name)
            events += try open(.call(callID: call.id ?? ResponseID.toolCall.make(), name: name, isCustom: isCustom))
            place = response.output.count - 1
            response.output[response.output.count - 1].callIndex = call.index
        }
        guard let index = place, !call.arguments.isEmpty else { return events }
        response.output[index].text += call.arguments
        // The text of a free-form tool is known when its JSON is complete.
        if !response.output[index].isCustom { events.append(event("response.function_call_arguments.delta", index, delta: call.arguments)) }
        return events
    }

    private mutating func open(_ content: ResponseItem.Content) throws -> [Event] {
        guard response.output.count < Self.mostItems else {
            throw RoostError(.engineRefused, "The engine sent an answer with more than \(Self.mostItems) parts; it was given up.")
        }
        response.output.append(ResponseItem(id: content.id.make(), content: content))
        return [event("response.output_item.added", response.output.count - 1, item: true)]
    }

    private mutating func closeAll(_ status: ResponseItem.Status) -> [Event] {
        response.output.indices.flatMap { close($0, status) }
    }

    private mutating func close(_ index: Int, _ status: ResponseItem.Status) -> [Event] {
        guard response.output[index].isOpen else { return [] }
        response.output[index].status = status
        let item = response.output[index]
        var events: [Event] = []
        switch item.content {
        case .reasoning, .message:
            events.append(event(item.content.isReasoning ? "response.reasoning_text.done" : "response.output_text.done", index, text: item.text))
            events.append(event("response.content_part.done", index, part: item.part))
        case .call(_, let name, let isCustom) where !isCustom:
            events.append(event("response.function_call_arguments.done", index, name: name, arguments: item.text))
        case .call:
            let input = CustomCall.input(item.text)
            events.append(event("response.custom_tool_call_input.delta", index, delta: input))
            events.append(event("response.custom_tool_call_input.done", index, input: input))
        }
        events.append(event("response.output_item.done", index, item: true))
        return events
    }
}

// MARK: - Events

extension ResponseBuilder {
    private mutating func number() -> Int {
        defer { sequence += 1 }
        return sequence
    }

    /// An event with the whole response.
    private mutating func event(_ name: String) -> Event {
        Event(name: name, data: ["type": name, "sequence_number": number(), "response": response])
    }

    /// An event about an item; members without a value are left out.
    private mutating func event(
        _ name: String, _ index: Int, item hasItem: Bool = false, part: ResponseItem.Part? = nil, delta: String? = nil, text: String? = nil,
        name toolName: String? = nil, arguments: String? = nil, input: String? = nil
    ) -> Event {
        let item = response.output[index]
        let isOfText = !hasItem && item.isText
        let hasProbabilities = isOfText && name.hasPrefix("response.output_text")
        return Event(
            name: name,
            data: [
                "type": name, "sequence_number": number(), "output_index": index, "item_id": hasItem ? nil : item.id,
                "content_index": isOfText ? 0 : nil, "item": hasItem ? item : nil, "part": part, "delta": delta, "text": text, "name": toolName,
                "arguments": arguments, "input": input, "logprobs": hasProbabilities ? [String]() : nil,
            ])
    }
}

extension ResponseItem {
    fileprivate var isOpen: Bool { status == .inProgress }

    fileprivate var isText: Bool { if case .call = content { false } else { true } }

    fileprivate var isCustom: Bool { if case .call(_, _, let isCustom) = content { isCustom } else { false } }

    fileprivate func hasKind(of other: Content) -> Bool { isText && content.isReasoning == other.isReasoning }
}

extension ResponseItem.Content {
    fileprivate var isReasoning: Bool { if case .reasoning = self { true } else { false } }

    fileprivate var id: ResponseID {
        switch self {
        case .reasoning: .reasoning
        case .message: .message
        case .call(_, _, let isCustom): isCustom ? .customCall : .call
        }
    }
}

extension ResponseItem.Part {
    /// Creates a part of the same kind with another text.
    fileprivate init(_ part: Self, text: String) { self.init(type: part.type, text: text, annotations: part.annotations, logprobs: part.logprobs) }
}
