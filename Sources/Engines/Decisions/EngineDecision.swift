package import Foundation
package import RoostCore

/// A decision about a model's place in memory, with its figures, for operators and clients.
package struct EngineDecision: Sendable, Hashable {
    /// What was decided, or what happened.
    package enum Kind: String, Sendable, Hashable, CaseIterable {
        /// An engine is started.
        case load
        /// An engine is ready.
        case ready
        /// An engine takes no new requests, because another model has waited long enough for its place.
        case drain
        /// An engine ends for another model.
        case eviction
        /// An engine ends for another reason.
        case end
        /// A model is not loaded, because there is no memory or no place for it.
        case refusal
        /// An engine crashed or hung, and is started again.
        case crash
        /// An engine could not load its model, or crashed too often.
        case failure
    }

    /// When it was decided.
    package let date: Date
    /// The model.
    package let model: ModelReference
    /// What was decided.
    package let kind: Kind
    /// Why: a sentence, or a part of one.
    package let reason: String
    /// The other model that it was decided for, if there is one.
    package let other: ModelReference?
    /// The figures by name; a name ends in its unit, such as `need_bytes`.
    package let figures: [String: Double]
}

/// The last decisions, in the order in which they were made.
struct RecentDecisions: Sendable {
    /// The number of decisions that are kept.
    static let most = 64

    private(set) var all: [EngineDecision] = []

    /// Adds a decision; the oldest one is forgotten when there are too many.
    mutating func add(_ decision: EngineDecision) {
        if all.count == Self.most { all.removeFirst() }
        all.append(decision)
    }
}
