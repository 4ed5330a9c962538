public import RoostCore

/// A page of a listing.
public struct JobPage: Sendable {
    /// The jobs, newest first.
    public let jobs: [Job]
    /// The place where the next page begins; `nil` if this is the last page.
    public let next: JobCursor?

    package init(jobs: [Job], next: JobCursor?) {
        self.jobs = jobs
        self.next = next
    }
}
