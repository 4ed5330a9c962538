/// A selection of a repository's files by patterns, with the rules of `allow_patterns` and `ignore_patterns` in
/// `snapshot_download`.
public struct FilePatterns: Sendable, Hashable {
    /// The patterns of the files to select; `nil` for all files.
    public let allow: [String]?
    /// The patterns of the files to leave out.
    public let ignore: [String]

    private let allowed: [GlobPattern]?
    private let ignored: [GlobPattern]

    /// Creates a selection.
    public init(allow: [String]?, ignore: [String]?) {
        self.allow = allow
        self.ignore = ignore ?? []
        allowed = allow.map { $0.map(GlobPattern.init) }
        ignored = self.ignore.map(GlobPattern.init)
    }

    /// The pattern of projectors, in any case of the letters.
    public static let projectors = "*[mM][mM][pP][rR][oO][jJ]*"

    /// The number of patterns that either list may have.
    public static let counts = 1...64
    /// The number of bytes that a pattern may have.
    public static let lengths = 1...256

    /// Returns whether a file is selected.
    ///
    /// - Parameter path: The path of the file.
    /// - Returns: Whether the file is selected.
    public func select(_ path: RepositoryFilePath) -> Bool { select(path.description) }

    /// Returns whether a file is selected whose path may be invalid on this machine.
    ///
    /// - Parameter text: The path as the Hub lists it.
    /// - Returns: Whether the file is selected.
    public func select(_ text: String) -> Bool {
        guard allowed?.contains(where: { $0.matches(text) }) ?? true else { return false }
        return !ignored.contains { $0.matches(text) }
    }
}
