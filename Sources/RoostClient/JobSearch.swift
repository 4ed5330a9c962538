public import RoostCore

/// Which jobs a listing shows. Empty means all.
public struct JobSearch: Sendable, Hashable {
    /// Only jobs whose id begins so, with 4 to 64 bytes.
    public var id: String?
    /// Only jobs of this status.
    public var status: String?
    /// Only jobs of this model, spelt as it was asked for.
    public var model: String?
    /// Only jobs of this user.
    public var user: String?
    /// Only jobs of this workspace.
    public var workspace: String?
    /// Only jobs with this tag.
    public var tag: String?
    /// Only jobs created at this time or later.
    public var since: Timestamp?
    /// At most so many on a page, 1 to 1,000; the server's default is 50.
    public var limit: Int?

    /// Lets all jobs through.
    public init() {}

    var parameters: [(String, String?)] {
        [
            ("id", id), ("status", status), ("model", model), ("user", user), ("workspace", workspace), ("tag", tag), ("since", since?.rawValue),
            ("limit", limit.map(String.init)),
        ]
    }
}
