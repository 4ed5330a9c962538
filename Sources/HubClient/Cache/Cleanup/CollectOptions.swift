public import Foundation

/// What a clean-up of the Hub cache may remove.
public struct CollectOptions: Sendable, Hashable {
    /// Whether nothing is removed, only looked for.
    public var isDryRun: Bool
    /// Whether commits go, too, that no branch or tag names.
    public var includesRevisions: Bool
    /// How long an unfinished download or a temporary file must not have been written to.
    public var minimumAge: TimeInterval
    /// How long a blob must not have been written to: one that has just arrived gets its link in a moment.
    public var settling: TimeInterval = 600

    /// Makes options.
    ///
    /// - Parameters:
    ///   - isDryRun: Whether nothing is removed.
    ///   - includesRevisions: Whether superseded commits go, too.
    ///   - minimumAge: In seconds; a day without it.
    public init(isDryRun: Bool, includesRevisions: Bool = false, minimumAge: TimeInterval = 86_400) {
        self.isDryRun = isDryRun
        self.includesRevisions = includesRevisions
        self.minimumAge = minimumAge
    }
}
