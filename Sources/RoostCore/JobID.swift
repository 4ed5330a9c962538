/// The id of a job as a path, a command or another program names it: a text that means the same job to SQLite, to a URL and to a terminal.
///
/// Roost's own ids are UUIDs in lower case; other programs may use any text. SQLite takes the first NUL of a text for its end, so a text with a NUL
/// would name another job than it says.
public struct JobID: Sendable, Hashable, CustomStringConvertible {
    /// How many bytes an id may have.
    public static let lengths = 1...256

    /// The id as it was written.
    public let description: String

    /// Takes an id from outside.
    ///
    /// - Parameter text: Hostile until parsed.
    /// - Throws: `RoostError` with code `invalidRequest` when it is empty, longer than 256 bytes, or holds a control character.
    public init(parsing text: String) throws {
        guard Self.lengths.contains(text.utf8.count), !text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else {
            throw RoostError(
                .invalidRequest, "The id of a job is 1 to 256 bytes without control characters; \(text.quotedForPeople) is none.", field: "id")
        }
        description = text
    }
}
