/// What a request waits for, for its client.
package enum EngineWait: Sendable, Hashable {
    /// Its model is not in memory yet.
    case load(LoadProgress)
    /// Other requests come first: its place in the queue, where 1 is the next, and the estimated time until its turn, if
    /// an earlier request has shown how long one takes.
    case turn(position: Int, time: Duration?)
    /// The engine works on it.
    case answer
}

extension EngineWait {
    /// The estimated time until an engine works on the request; `nil` if nothing tells.
    package var time: Duration? {
        switch self {
        case .load(let progress): progress.left
        case .turn(_, let time): time
        case .answer: .zero
        }
    }
}

extension EngineWait: CustomStringConvertible {
    /// The wait in words, such as `waiting for its turn, position 3, about 14 s`.
    package var description: String {
        switch self {
        case .load(let progress): "loading the model: \(progress)"
        case .turn(let position, let time): "waiting for its turn, position \(position)" + (time.map { ", about \($0.wholeSeconds) s" } ?? "")
        case .answer: "reading the prompt"
        }
    }
}
