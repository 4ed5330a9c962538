/// The path of a file inside a repository, made safe: it can be joined to a folder and stays inside it on every platform.
///
/// A listing comes from outside and is hostile until parsed. Refused: empty or absolute paths, `.` and `..` and empty segments, backslashes,
/// drive letters, control characters, segments over 255 bytes or paths over 1,024, segments ending in a dot or a space, Windows device names.
public struct RepositoryFilePath: Sendable, Hashable, CustomStringConvertible {
    /// The path with `/` between segments.
    public let description: String

    /// Parses a path as the Hub lists it.
    ///
    /// - Parameter text: The path with `/` between segments.
    /// - Throws: `RoostError` with code `hubProtocolViolation`.
    public init(parsing text: String) throws {
        // By bytes: to `Character`, a slash followed by a combining mark is no slash, but to the file system it is.
        let segments = text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).map(Substring.init)
        guard text.utf8.count <= 1024, segments.allSatisfy(Self.isSafe) else {
            throw RoostError(
                .hubProtocolViolation,
                "The repository lists a file named \(text.quotedForPeople), which is not a safe file name; nothing was written. Tell the repository's owner."
            )
        }
        self.description = text
    }

    /// The segments between the slashes; at least one.
    public var segments: [String] { description.utf8.split(separator: UInt8(ascii: "/")).map { String(Substring($0)) } }

    /// The last segment.
    public var fileName: String { segments[segments.count - 1] }

    private static func isSafe(_ segment: Substring) -> Bool {
        guard (1...255).contains(segment.utf8.count), segment != ".", segment != ".." else { return false }
        guard !segment.hasSuffix("."), !segment.hasSuffix(" ") else { return false }
        let forbidden = segment.unicodeScalars.contains { $0.value < 0x20 || (0x7F...0x9F).contains($0.value) || $0 == "\\" || $0 == ":" }
        let stem = segment.prefix { $0 != "." }.uppercased()
        return !forbidden && !windowsDeviceNames.contains(stem)
    }

    private static let windowsDeviceNames: Set<String> =
        Set(["CON", "PRN", "AUX", "NUL"] + (1...9).flatMap { ["COM\($0)", "LPT\($0)"] })
}
