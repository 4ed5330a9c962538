/// A full git commit hash: 40 lower-case hexadecimal digits. It names a snapshot folder, so it is parsed before it is
/// used.
public struct CommitHash: Sendable, Hashable, CustomStringConvertible {
    /// The digits.
    public let description: String

    /// Parses a commit hash.
    ///
    /// - Parameter hex: 40 lower-case hexadecimal digits.
    public init?(hex: String) {
        guard hex.utf8.count == 40, hex.isLowercaseHex else { return nil }
        self.description = hex
    }
}
