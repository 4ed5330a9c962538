package import Foundation

/// The options of a clean-up of the Hub cache.
package struct CollectOptions: Sendable, Hashable {
    /// Whether only to report what would be removed.
    package var isDryRun: Bool
    /// Whether to remove commits without a branch or tag too.
    package var includesRevisions: Bool
    /// The time in seconds since the last write after which unfinished downloads and temporary files are removed.
    package var minimumAge: TimeInterval
    /// The time in seconds since the last write after which a blob without links is removed: a new blob gets its link a
    /// moment later.
    package var settling: TimeInterval = 600

    /// Creates options.
    ///
    /// - Parameters:
    ///   - isDryRun: Whether only to report what would be removed.
    ///   - includesRevisions: Whether to remove superseded commits too.
    ///   - minimumAge: A time in seconds; the default is a day.
    package init(isDryRun: Bool, includesRevisions: Bool = false, minimumAge: TimeInterval = 86_400) {
        self.isDryRun = isDryRun
        self.includesRevisions = includesRevisions
        self.minimumAge = minimumAge
    }
}
