import Engines
import RoostCore

extension RequestFields {
    /// Returns the optional context that a request asks for: `num_ctx`, otherwise `context_length`.
    func optionalContext() throws -> ContextWish? {
        for field in ["num_ctx", "context_length"] {
            if let tokens = try optionalInt(field, in: ServerSettings.contextLengthRange) { return ContextWish(tokens: tokens, field: field) }
        }
        return nil
    }
}
