public import RoostCore

/// One way for a hub, or the way to it, to fail.
public struct Fault: Sendable, CustomStringConvertible {
    /// How a job must end.
    public enum Outcome: Sendable, Hashable {
        /// With the right bytes.
        case succeeds
        /// With an error of one of these codes.
        case fails(Set<RoostError.Code>)
    }

    /// What is wrong with the way to the hub itself.
    public enum Way: Sendable, Hashable {
        /// Nothing.
        case open
        /// The hub does not listen for a while.
        case refusedAtFirst
        /// The hub's name means nothing until the server is set up again.
        case nameless
        /// The hub speaks TLS and shows a certificate that proves nothing.
        case untrusted
    }

    /// 1 … 52: the number in `Documentation/faults.md`.
    public let number: Int
    /// What happens, in a few words.
    public let name: String
    /// How a job must end.
    public let outcome: Outcome
    /// How many different things the fault can be; at least so many seeds are needed to see them all.
    public var variants = 3
    /// The client's time-out for a silent hub.
    public var patience: Duration = .seconds(10)
    /// How many tries in a row may fail.
    public var maxRetries = 4
    /// What is wrong with the way to the hub.
    public var way = Way.open
    /// Whether the hub asks for a wait that is too long for a test, which resumes the job then.
    public var waitsLong = false
    /// Whether the right bytes are in the end those of the other hub.
    public var endsWithOther = false
    /// The most requests that the job may cost.
    public var mostRequests = 80
    let answer: @Sendable (Exchange) async throws -> [Step]

    init(_ number: Int, _ name: String, _ outcome: Outcome, answer: @escaping @Sendable (Exchange) async throws -> [Step]) {
        self.number = number
        self.name = name
        self.outcome = outcome
        self.answer = answer
    }

    /// A fault that strikes some requests, and leaves the others to the honest hub.
    init(
        _ number: Int, _ name: String, _ outcome: Outcome, where strikes: @escaping @Sendable (Exchange) -> Bool,
        _ spoil: @escaping @Sendable (Exchange) async throws -> [Step]
    ) {
        self.init(number, name, outcome) { strikes($0) ? try await spoil($0) : $0.honest.whole }
    }

    /// The same with some of its settings changed.
    func with(_ change: (inout Fault) -> Void) -> Fault {
        var copy = self
        change(&copy)
        return copy
    }

    /// The number and the name.
    public var description: String { "\(number) \(name)" }

    /// All 52, in order.
    public static let all: [Fault] = transport + statuses + rangeLies + identities + encodings + listings
}

extension Exchange {
    /// The model's first turns.
    static let earlyModel: @Sendable (Exchange) -> Bool = { $0.isModel && $0.isEarly }
    /// The model, always.
    static let model: @Sendable (Exchange) -> Bool = { $0.isModel }
}
