public import RoostCore

/// A filter for a listing of jobs, newest first. An empty filter matches all jobs.
public struct JobFilter: Sendable, Hashable {
    /// Only jobs whose id begins with this text. If more than a thousand jobs match, only those with the smallest ids
    /// are examined.
    public var idPrefix: String?
    /// Only jobs with this status.
    public var status: JobStatus?
    /// Only jobs of this model, spelled as in the request.
    public var model: String?
    /// Only jobs of this user.
    public var userID: String?
    /// Only jobs of this workspace.
    public var workspaceID: String?
    /// Only jobs with this tag.
    public var tag: String?
    /// Only jobs created at this time or later.
    public var since: Timestamp?
    /// Only jobs after this place of an earlier page.
    public var cursor: JobCursor?
    /// The maximum number of jobs; `nil` for all.
    public var limit: Int?

    /// Creates a filter.
    ///
    /// - Parameters:
    ///   - status: Only this status.
    ///   - model: Only this model.
    ///   - limit: The maximum number of jobs; zero or more.
    public init(status: JobStatus? = nil, model: String? = nil, limit: Int? = nil) {
        self.status = status
        self.model = model
        self.limit = limit
    }
}
