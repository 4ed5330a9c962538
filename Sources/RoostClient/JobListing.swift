public import RoostCore

/// One page of jobs.
public struct JobListing: Sendable {
    /// The jobs, newest first.
    public let jobs: [JobView]
    /// The cursor of the next page; `nil` on the last page.
    public let next: String?
}
