public import RoostCore

/// A part of a listing.
public struct JobPage: Sendable {
    /// The jobs, newest first.
    public let jobs: [Job]
    /// Where the next page begins; `nil` when this was the last.
    public let next: JobCursor?
}
