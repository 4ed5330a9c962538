/// A piece of a streamed chat answer.
enum ChatPiece: Sendable, Hashable {
    /// What the model thinks before its answer.
    case reasoning(String)
    /// A piece of the answer's text.
    case text(String)
    /// A piece of a call of one of the client's tools.
    case toolCall(ToolCall)

    /// A piece of a tool call. The first piece of a call has its id and name; the arguments of all pieces joined are JSON.
    struct ToolCall: Sendable, Hashable {
        /// The number of the call within the answer, from 0.
        var index: Int
        /// The call's id, in its first piece.
        var id: String?
        /// The tool's name, in the first piece of a call.
        var name: String?
        /// A piece of the arguments, a JSON text.
        var arguments: String
    }
}
