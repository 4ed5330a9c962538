package import RoostAPI
import RoostCore

/// One page of jobs.
package struct JobListing: Sendable {
    /// The jobs, newest first.
    package let jobs: [JobView]
    /// The cursor of the next page; `nil` on the last page.
    package let next: String?
}
