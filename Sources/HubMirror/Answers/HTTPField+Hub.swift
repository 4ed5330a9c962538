package import HTTPTypes

extension HTTPField.Name {
    /// The commit of an answer; clients use it as the name of the snapshot folder.
    static let repositoryCommit = constant("X-Repo-Commit")
    /// The SHA-256 of a large file, quoted.
    static let linkedETag = constant("X-Linked-Etag")
    /// The size of a large file in bytes.
    static let linkedSize = constant("X-Linked-Size")
    /// The kind of an error, such as `EntryNotFound`.
    static let errorCode = constant("X-Error-Code")
    /// The message of an error.
    static let errorMessage = constant("X-Error-Message")
    /// `topic; message`: clients show it once per topic.
    static let hubWarning = constant("X-HF-Warning")
    /// The id of a request, which clients show in their error messages and Roost writes to its log.
    static let requestID = constant("X-Request-Id")
    /// The URL of the next page of a listing.
    package static let link = constant("Link")

    /// Creates a field name; the constants above are all valid.
    private static func constant(_ name: String) -> Self { Self(name) ?? .server }
}
