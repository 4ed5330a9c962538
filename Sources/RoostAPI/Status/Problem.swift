/// An error of Roost's own API: `application/problem+json` (RFC 9457) with two additional members, `code` and `field`.
package struct Problem: Sendable, Codable, Hashable {
    /// Always `about:blank`: the status is the type.
    package var type: String
    /// The status in words.
    package var title: String
    /// The HTTP status.
    package var status: Int
    /// What failed, why, and what to do now.
    package var detail: String
    /// A stable code for programs.
    package var code: String
    /// The invalid request field, if there is one.
    package var field: String?

    /// Creates a problem.
    package init(title: String, status: Int, detail: String, code: String, field: String? = nil) {
        self.type = "about:blank"
        self.title = title
        self.status = status
        self.detail = detail
        self.code = code
        self.field = field
    }
}
