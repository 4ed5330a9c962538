/// A credential. Whatever prints it prints `•••`: it cannot reach a log, an error or a file by accident.
public struct SecretToken: Sendable, Hashable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The secret itself: for the `Authorization` header and nothing else.
    public let value: String

    /// Takes a token as found in the environment or a file; CR, LF and spaces around it are removed.
    ///
    /// - Parameter text: The token; `nil` results when nothing is left or when it holds a character that a header cannot carry.
    public init?(_ text: String) {
        let trimmed = text.filter { !$0.isWhitespace }
        guard !trimmed.isEmpty, trimmed.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else { return nil }
        self.value = trimmed
    }

    /// Never the secret.
    public var description: String { "•••" }
    /// Never the secret.
    public var debugDescription: String { "•••" }
    /// Never the secret.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
