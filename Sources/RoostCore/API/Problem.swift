/// An error of Roost's own API: `application/problem+json` (RFC 9457) with two members of ours, `code` and `field`.
public struct Problem: Sendable, Codable, Hashable {
    /// Always `about:blank`: the status says the type.
    public var type: String
    /// The status in words.
    public var title: String
    /// The HTTP status.
    public var status: Int
    /// What failed, why, what to do now.
    public var detail: String
    /// A stable word for programs.
    public var code: String
    /// The request field at fault, if one is.
    public var field: String?

    /// Makes a problem.
    ///
    /// - Parameters:
    ///   - title: The status in words.
    ///   - status: The HTTP status.
    ///   - detail: What failed, why, what to do now.
    ///   - code: A stable word for programs.
    ///   - field: The request field at fault.
    public init(title: String, status: Int, detail: String, code: String, field: String? = nil) {
        self.type = "about:blank"
        self.title = title
        self.status = status
        self.detail = detail
        self.code = code
        self.field = field
    }
}
