/// An error of Roost's own API: `application/problem+json` (RFC 9457) with two additional members, `code` and `field`.
public struct Problem: Sendable, Codable, Hashable {
    /// Always `about:blank`: the status is the type.
    public var type: String
    /// The status in words.
    public var title: String
    /// The HTTP status.
    public var status: Int
    /// What failed, why, and what to do now.
    public var detail: String
    /// A stable code for programs.
    public var code: String
    /// The invalid request field, if there is one.
    public var field: String?

    /// Creates a problem.
    public init(title: String, status: Int, detail: String, code: String, field: String? = nil) {
        self.type = "about:blank"
        self.title = title
        self.status = status
        self.detail = detail
        self.code = code
        self.field = field
    }
}
