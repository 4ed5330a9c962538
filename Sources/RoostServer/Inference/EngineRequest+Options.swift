import Engines
import RoostCore

extension EngineRequest {
    /// What a request asks of Roost besides its answer. It is not passed on to the engine.
    struct Options: Sendable {
        /// How long the model stays in memory after each request from now on; `nil` for no change.
        var keepAlive: KeepAlive?
        /// The context that it asks for; `nil` for any.
        var context: ContextWish?
        /// Which of the client's requests go first.
        var priority = 0

        /// Creates the options of a request that asks for nothing.
        init() {}

        /// Reads the options.
        ///
        /// - Throws: `RoostError` with code `invalidRequest` that contains the field and the allowed values.
        init(_ fields: RequestFields) throws {
            keepAlive = try fields.optionalKeepAlive()
            context = try fields.optionalContext()
            priority = try fields.int("priority", in: LeaseRequest.priorities, default: 0)
        }
    }
}
