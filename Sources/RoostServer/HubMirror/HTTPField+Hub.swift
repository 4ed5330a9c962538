import HTTPTypes

extension HTTPField.Name {
    /// The commit that an answer belongs to; clients name the snapshot folder after it.
    static let repositoryCommit = constant("X-Repo-Commit")
    /// The sha256 of a large file, quoted.
    static let linkedETag = constant("X-Linked-Etag")
    /// The size of a large file in bytes.
    static let linkedSize = constant("X-Linked-Size")
    /// The kind of an error, such as `EntryNotFound`.
    static let errorCode = constant("X-Error-Code")
    /// An error's sentence.
    static let errorMessage = constant("X-Error-Message")
    /// `topic; message`: clients show it once per topic.
    static let hubWarning = constant("X-HF-Warning")
    /// Shown by clients in their error messages, and by our log.
    static let requestID = constant("X-Request-Id")
    /// Where the next page of a listing is.
    static let link = constant("Link")

    /// The names above are valid field names; an invalid one cannot be reached by input.
    private static func constant(_ name: String) -> Self { Self(name) ?? .server }
}
