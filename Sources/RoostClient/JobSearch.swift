public import RoostCore

/// The filter of a listing of jobs. An empty filter matches all jobs.
public struct JobSearch: Sendable, Hashable {
    /// The start of the job's id, 4 to 64 bytes.
    public var id: String?
    /// The status of the job.
    public var status: String?
    /// The model, as it was requested.
    public var model: String?
    /// The user of the job.
    public var user: String?
    /// The workspace of the job.
    public var workspace: String?
    /// A tag of the job.
    public var tag: String?
    /// The earliest time of creation.
    public var since: Timestamp?
    /// The most jobs on a page, 1 to 1,000; the server's default is 50.
    public var limit: Int?

    /// Creates a filter that matches all jobs.
    public init() {}

    var parameters: [(String, String?)] {
        [
            ("id", id), ("status", status), ("model", model), ("user", user), ("workspace", workspace), ("tag", tag), ("since", since?.rawValue),
            ("limit", limit.map(String.init)),
        ]
    }
}
