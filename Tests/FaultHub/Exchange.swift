public import NIOCore
import TestSupport

/// One request, what an honest hub would say to it, and what a fault needs to know to say something else.
public struct Exchange: Sendable {
    /// What is asked for.
    public enum Kind: Sendable, Hashable {
        /// What a revision means.
        case info
        /// The list of files.
        case tree
        /// A file, by its path.
        case file(String)
        /// Something else.
        case other
    }

    /// The request's target, as sent.
    let target: String
    /// The request's headers by lower-case name.
    let headers: [String: String]
    let kind: Kind
    /// Whether it came to the storage that a hub redirects to.
    let isElsewhere: Bool
    /// How often this was asked for at this place, this time included.
    let turn: Int
    /// Which try of the pull this is, from 1.
    let tries: Int
    /// How many requests this connection has brought, this one included.
    let turnOfConnection: Int
    /// Since the model was first asked for; `nil` before.
    let sinceModel: Duration?
    /// 0, 1, 2 …: where all choices come from.
    let seed: Int
    /// The URL of the hub, and of the storage elsewhere; without a slash at the end.
    let hub: String, elsewhere: String
    /// What an honest hub says.
    let honest: Answer
    /// What an honest hub says to the same without a `Range`.
    let everything: @Sendable () async throws -> Answer
    /// What another hub says that has the same repository with other bytes in it.
    let other: @Sendable () async throws -> Answer

    var isModel: Bool { kind == .file(FaultRepository.model) }

    /// Whether a part of a file is asked for.
    var isRange: Bool { headers["range"] != nil }

    /// The first turns of a request that is spoilt for a while only: one or two.
    var isEarly: Bool { turn <= 1 + seed % 2 }

    /// 0.02 … 0.98: where in a body something happens; another place for each seed and turn.
    var fraction: Double {
        var generator = SeededGenerator(seed: UInt64(seed * 1000 + turn))
        return Double.random(in: 0.02...0.98, using: &generator)
    }

    /// One of several ways, by the seed.
    func way<Value>(_ values: Value...) -> Value { values[seed % values.count] }
}
