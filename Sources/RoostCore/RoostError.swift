/// The one error type that crosses the borders between Roost's targets.
///
/// `message` is a sentence a person can act on: what failed, why, what to do now. `cause` and `context` keep the rest of the story for the
/// `traceback` column of a job and for the log; neither ever holds a token.
public struct RoostError: Error, Sendable {
    /// What kind of failure this is. Callers switch on it; people read `message`.
    public let code: Code
    /// One sentence, or a few, for a person. Never contains a secret.
    public let message: String
    /// The request field the failure is about (`model`, `quantize`, …), when the input was at fault.
    public let field: String?
    /// How long the other side asked us to wait before the next try.
    public let retryAfter: Duration?
    /// What led here.
    public let cause: (any Error)?
    /// Where in the work it happened: `stage`, `request`, `attempts`, … in the order they were added.
    public private(set) var context: [ContextEntry]
    /// The line that made the error.
    public let location: SourceLocation

    /// Makes an error.
    ///
    /// - Parameters:
    ///   - code: What kind of failure this is.
    ///   - message: A sentence a person can act on.
    ///   - field: The request field at fault.
    ///   - retryAfter: How long the other side asked us to wait.
    ///   - cause: What led here.
    ///   - context: Named facts, such as `("request", "GET http://…")`.
    ///   - file: Filled in by the compiler.
    ///   - function: Filled in by the compiler.
    ///   - line: Filled in by the compiler.
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

    /// The same error with one more fact about where it happened; an outer layer adds what the inner one cannot know.
    ///
    /// - Parameters:
    ///   - name: What the fact is called, such as `stage`.
    ///   - value: The fact.
    /// - Returns: The error with the fact appended.
    public func adding(_ name: String, _ value: String) -> RoostError {
        var copy = self
        copy.context.append(ContextEntry(name: name, value: value))
        return copy
    }

    /// Whether trying again later can help without anybody changing anything.
    public var isTransient: Bool { code.isTransient }
}

extension RoostError {
    /// A named fact about where an error happened.
    public struct ContextEntry: Sendable, Hashable {
        /// What the fact is called.
        public let name: String
        /// The fact.
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
    /// The sentence for people, alone.
    public var description: String { message }

    /// The whole error chain, one line each: message, code, context, source location, then the cause, indented.
    ///
    /// This is what the `traceback` column of a failed job holds.
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
    /// `error` as a `RoostError`: itself if it is one, else wrapped.
    ///
    /// - Parameters:
    ///   - error: Any error.
    ///   - code: The code of the wrapper.
    ///   - message: What to tell people; the error's own description follows.
    ///   - file: Filled in by the compiler.
    ///   - function: Filled in by the compiler.
    ///   - line: Filled in by the compiler.
    /// - Returns: A `RoostError` for the same failure.
    public static func wrapping(
        _ error: any Error, as code: Code, _ message: String, file: String = #fileID, function: String = #function, line: Int = #line
    ) -> RoostError {
        if let error = error as? RoostError { return error }
        return RoostError(code, "\(message): \(error)", cause: error, file: file, function: function, line: line)
    }
}
