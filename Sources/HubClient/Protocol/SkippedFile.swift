/// A file that a repository lists and that cannot be stored here, or not beside another.
public struct SkippedFile: Sendable, Hashable {
    /// Its path as the Hub lists it: text from outside, not safe as a path.
    public let name: String
    /// Why, as in `its name is longer than 255 bytes`.
    public let reason: String

    /// Makes an entry.
    ///
    /// - Parameters:
    ///   - name: Its path as the Hub lists it.
    ///   - reason: Why.
    public init(name: String, reason: String) {
        self.name = name
        self.reason = reason
    }
}
