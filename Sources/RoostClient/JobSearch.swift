package import RoostAPI
package import RoostCore

/// The filter of a listing of jobs. An empty filter matches all jobs.
package struct JobSearch: Sendable, Hashable {
    /// The start of the job's id, 4 to 64 bytes.
    package var id: String?
    /// The status of the job.
    package var status: String?
    /// The model, as it was requested.
    package var model: String?
    /// The user of the job.
    package var user: String?
    /// The workspace of the job.
    package var workspace: String?
    /// A tag of the job.
    package var tag: String?
    /// The earliest time of creation.
    package var since: Timestamp?
    /// The most jobs on a page, 1 to 1,000; the server's default is 50.
    package var limit: Int?

    /// Creates a filter that matches all jobs.
    package init() {}

    var parameters: [(String, String?)] {
        [
            ("id", id), ("status", status), ("model", model), ("user", user), ("workspace", workspace), ("tag", tag), ("since", since?.rawValue),
            ("limit", limit.map(String.init)),
        ]
    }
}

/// One page of jobs.
package struct JobListing: Sendable {
    /// The jobs, newest first.
    package let jobs: [JobView]
    /// The cursor of the next page; `nil` on the last page.
    package let next: String?
}
