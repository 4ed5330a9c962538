public import RoostCore
public import SystemPackage

/// Hears how a download goes. Called from any thread; what takes long belongs elsewhere.
public struct DownloadObserver: Sendable {
    /// So many bytes of a file are here: told at the start, after every write, at the end.
    public var onProgress: @Sendable (RepositoryFile, Int64) -> Void
    /// These bytes of a file survive a power cut now: pairs of first byte and the byte after the last.
    public var onSynced: @Sendable (RepositoryFile, [[Int64]]) async -> Void
    /// These files are complete, verified, and on the disk under their names.
    public var onVerified: @Sendable ([RepositoryFile]) async -> Void

    /// The beginning of a large file, so many bytes, is at this path and hashed: told after every step, and the file's size only when its digest is
    /// right. A smaller number than before means that bytes told earlier are wrong.
    public var onGrown: @Sendable (RepositoryFile, FilePath, Int64) -> Void = { _, _, _ in }

    /// Makes an observer.
    ///
    /// - Parameters:
    ///   - onProgress: Hears how many bytes of a file are here.
    ///   - onSynced: Hears which bytes of an unfinished file are safe.
    ///   - onVerified: Hears which files are complete.
    public init(
        onProgress: @escaping @Sendable (RepositoryFile, Int64) -> Void,
        onSynced: @escaping @Sendable (RepositoryFile, [[Int64]]) async -> Void = { _, _ in },
        onVerified: @escaping @Sendable ([RepositoryFile]) async -> Void = { _ in }
    ) {
        self.onProgress = onProgress
        self.onSynced = onSynced
        self.onVerified = onVerified
    }
}
