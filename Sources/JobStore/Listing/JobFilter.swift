public import RoostCore

/// Which jobs a listing shows, newest first. Empty means all.
public struct JobFilter: Sendable, Hashable {
    /// Only jobs whose id begins so.
    /// Of more than a thousand such jobs only those with the smallest ids are looked at.
    public var idPrefix: String?
    /// Only jobs of this status.
    public var status: JobStatus?
    /// Only jobs of this model, spelt as it was asked for.
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
    /// At most so many; `nil` for all.
    public var limit: Int?

    /// Makes a filter.
    ///
    /// - Parameters:
    ///   - status: Only this status.
    ///   - model: Only this model.
    ///   - limit: At most so many; zero or more.
    public init(status: JobStatus? = nil, model: String? = nil, limit: Int? = nil) {
        self.status = status
        self.model = model
        self.limit = limit
    }
}
