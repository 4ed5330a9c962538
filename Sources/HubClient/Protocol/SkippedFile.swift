/// A file of a repository that cannot be stored on this machine, or not beside another file.
public struct SkippedFile: Sendable, Hashable {
    /// The path in the Hub's listing. It is external text and not safe as a path.
    public let name: String
    /// The reason, such as `its name is longer than 255 bytes`.
    public let reason: String

    /// Creates a value.
    ///
    /// - Parameters:
    ///   - name: The path in the Hub's listing.
    ///   - reason: The reason.
    public init(name: String, reason: String) {
        self.name = name
        self.reason = reason
    }
}
