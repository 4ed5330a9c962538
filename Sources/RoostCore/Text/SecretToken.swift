/// A credential. It is printed as `•••`, so that it cannot reach a log, an error or a file by accident.
public struct SecretToken: Sendable, Hashable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The secret, for the `Authorization` header only.
    public let value: String

    /// Creates a token from the environment or a file; CR, LF and spaces around it are removed.
    ///
    /// - Parameter text: The token. The result is `nil` when nothing is left or a character is not allowed in a header.
    public init?(_ text: String) {
        let trimmed = Self.isAllowed(text) ? text : text.filter { !$0.isWhitespace }
        guard !trimmed.isEmpty, Self.isAllowed(trimmed) else { return nil }
        self.value = trimmed
    }

    private static func isAllowed(_ text: String) -> Bool { text.utf8.allSatisfy { (0x21...0x7E).contains($0) } }

    /// Always `•••`.
    public var description: String { "•••" }
    /// Always `•••`.
    public var debugDescription: String { "•••" }
    /// Always empty.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
