/// Which files of a repository somebody wants, by patterns; the rules are those of `snapshot_download`'s `allow_patterns` and `ignore_patterns`.
public struct FilePatterns: Sendable, Hashable {
    /// Only files that one of these describes; `nil` for all.
    public let allow: [String]?
    /// No file that one of these describes.
    public let ignore: [String]

    private let allowed: [GlobPattern]?
    private let ignored: [GlobPattern]

    /// Makes a choice of files.
    ///
    /// - Parameters:
    ///   - allow: Only files that one of these describes; `nil` for all.
    ///   - ignore: No file that one of these describes.
    public init(allow: [String]?, ignore: [String]?) {
        self.allow = allow
        self.ignore = ignore ?? []
        allowed = allow.map { $0.map(GlobPattern.init) }
        ignored = self.ignore.map(GlobPattern.init)
    }

    /// How many patterns of each kind there may be.
    public static let counts = 1...64
    /// How many bytes a pattern may have.
    public static let lengths = 1...256

    /// Whether a file is wanted.
    ///
    /// - Parameter path: Its path.
    /// - Returns: Whether it is.
    public func select(_ path: RepositoryFilePath) -> Bool { select(path.description) }

    /// Whether a name is wanted, of a file that may have no path here.
    ///
    /// - Parameter text: Its path as the Hub lists it.
    /// - Returns: Whether it is.
    public func select(_ text: String) -> Bool {
        guard allowed?.contains(where: { $0.matches(text) }) ?? true else { return false }
        return !ignored.contains { $0.matches(text) }
    }
}
