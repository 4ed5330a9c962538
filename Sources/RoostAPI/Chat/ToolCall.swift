/// A call of one of the client's tools, or in a stream a piece of one, in the form in which it can be sent back.
package struct ToolCall: Sendable, Codable, Hashable {
    /// The tool and its arguments.
    package struct Function: Sendable, Codable, Hashable {
        /// The tool's name; in a stream only in the first piece of a call.
        package var name: String?
        /// The arguments, a JSON text; in a stream the next piece of it.
        package var arguments: String

        /// Creates a function.
        package init(name: String?, arguments: String) {
            self.name = name
            self.arguments = arguments
        }
    }

    /// The number of the call within the answer, from 0; `nil` outside of streams.
    package var index: Int?
    /// The call's id; in a stream only in the first piece of a call.
    package var id: String?
    /// Always `function`.
    package var type: String
    /// The tool and its arguments.
    package var function: Function

    /// Creates a call, or a piece of one.
    package init(index: Int? = nil, id: String?, name: String?, arguments: String) {
        self.index = index
        self.id = id
        type = "function"
        function = Function(name: name, arguments: arguments)
    }
}
