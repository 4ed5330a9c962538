/// The error type of all Roost targets.
///
/// `message` is a sentence for the user: what failed, why, and what to do now. `cause` and `context` hold the details
/// for the `traceback` column of a job and for the log; neither ever contains a token.
public struct RoostError: Error, Sendable {
    /// The kind of the failure, for programs.
    public let code: Code
    /// One or more sentences for the user. Never contains a secret.
    public let message: String
    /// The invalid request field (`model`, `quantize`, …), if there is one.
    public let field: String?
    /// The time to wait before the next try, as the other side asked for.
    public let retryAfter: Duration?
    /// The underlying error.
    public let cause: (any Error)?
    /// Facts about the place of the failure: `stage`, `request`, `attempts`, … in the order in which they were added.
    public private(set) var context: [ContextEntry]
    /// The source line that created the error.
    public let location: SourceLocation

    /// Creates an error.
    public init(
        _ code: Code, _ message: String, field: String? = nil, retryAfter: Duration? = nil, cause: (any Error)? = nil,
        context: KeyValuePairs<String, String> = [:], file: String = #fileID, function: String = #function, line: Int = #line
    ) {
        self.code = code
        self.message = message
        self.field = field
        self.retryAfter = retryAfter
        self.cause = cause
        self.context = context.map { ContextEntry(name: $0.key, value: $0.value) }
        self.location = SourceLocation(file: file, function: function, line: line)
    }

    /// Returns the error with a further fact, which an outer layer adds.
    ///
    /// - Parameters:
    ///   - name: The name of the fact, such as `stage`.
    ///   - value: The fact.
    /// - Returns: The error with the fact appended.
    public func adding(_ name: String, _ value: String) -> RoostError {
        var copy = self
        copy.context.append(ContextEntry(name: name, value: value))
        return copy
    }

    /// Whether the same request may succeed later without a change.
    public var isTransient: Bool { code.isTransient }
}

extension RoostError {
    /// A named fact about the place of an error.
    public struct ContextEntry: Sendable, Hashable {
        /// The name of the fact.
        public let name: String
        /// The value of the fact.
        public let value: String
    }

    /// A place in the source.
    public struct SourceLocation: Sendable, Hashable, CustomStringConvertible {
        /// `Target/File.swift`.
        public let file: String
        /// The function's name.
        public let function: String
        /// The line, counted from 1.
        public let line: Int

        /// `Target/File.swift:12 function()`.
        public var description: String { "\(file):\(line) \(function)" }
    }
}

extension RoostError: CustomStringConvertible {
    /// The message alone.
    public var description: String { message }

    /// The whole error chain, one line each: message, code, context, source location, then the cause, indented.
    ///
    /// This is the `traceback` column of a failed job.
    public var traceback: String {
        var lines: [String] = []
        var current: (any Error)? = self
        var depth = 0
        while let error = current, depth < 16 {
            let indent = String(repeating: "  ", count: depth)
            if let error = error as? RoostError {
                lines.append("\(indent)\(depth == 0 ? "" : "caused by: ")[\(error.code.rawValue)] \(error.message)")
                lines += error.context.map { "\(indent)  \($0.name): \($0.value)" }
                lines.append("\(indent)  at \(error.location)")
                current = error.cause
            } else {
                lines.append("\(indent)caused by: \(type(of: error)): \(String(describing: error))")
                current = nil
            }
            depth += 1
        }
        return lines.joined(separator: "\n")
    }
}

extension RoostError {
    /// Returns an error as a `RoostError`: unchanged if it is one, otherwise wrapped.
    ///
    /// - Parameters:
    ///   - error: Any error.
    ///   - code: The code of the wrapper.
    ///   - message: The start of the message; the error's own description follows.
    ///   - file: Filled in by the compiler.
    ///   - function: Filled in by the compiler.
    ///   - line: Filled in by the compiler.
    /// - Returns: The `RoostError`.
    public static func wrapping(
        _ error: any Error, as code: Code, _ message: String, file: String = #fileID, function: String = #function, line: Int = #line
    ) -> RoostError {
        if let error = error as? RoostError { return error }
        return RoostError(code, "\(message): \(error)", cause: error, file: file, function: function, line: line)
    }
}
