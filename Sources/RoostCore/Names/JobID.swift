/// The id of a job from a path, a command or another program: a text with the same meaning to SQLite, in a URL and in a
/// terminal.
///
/// Roost's own ids are UUIDs in lower case; other programs may use any text. SQLite ends a text at the first NUL, so a
/// text with a NUL would name another job.
public struct JobID: Sendable, Hashable, CustomStringConvertible {
    /// The number of bytes that an id may have.
    public static let lengths = 1...256

    /// The id as it was written.
    public let description: String

    /// Parses an id.
    ///
    /// - Parameter text: The text; untrusted.
    /// - Throws: `RoostError` with code `invalidRequest` when it is empty, longer than 256 bytes, or holds a control character.
    public init(parsing text: String) throws {
        guard Self.lengths.contains(text.utf8.count), !text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else {
            throw RoostError(
                .invalidRequest, "The id of a job is 1 to 256 bytes without control characters; \(text.quotedForPeople) is none.", field: "id")
        }
        description = text
    }
}
