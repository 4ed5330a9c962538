import RoostCore
public import SystemPackage

/// The callbacks of a download. They are called from any thread and must return quickly.
public struct DownloadObserver: Sendable {
    /// Receives the number of downloaded bytes of a file: at the start, after every write, and at the end.
    public var onProgress: @Sendable (RepositoryFile, Int64) -> Void
    /// Receives the bytes of a file that now survive a power cut: pairs of first byte and the byte after the last.
    public var onSynced: @Sendable (RepositoryFile, [[Int64]]) async -> Void
    /// Receives the files that are complete, verified, and on the disk under their names.
    public var onVerified: @Sendable ([RepositoryFile]) async -> Void

    /// Receives the number of hashed bytes at the beginning of a large file, and their path: after every step, and with
    /// the file's size only if its digest is correct. A smaller number than before means that bytes reported earlier
    /// are wrong.
    public var onGrown: @Sendable (RepositoryFile, FilePath, Int64) -> Void = { _, _, _ in }

    /// Creates an observer.
    ///
    /// - Parameters:
    ///   - onProgress: Receives the number of downloaded bytes of a file.
    ///   - onSynced: Receives the safe bytes of an unfinished file.
    ///   - onVerified: Receives the complete files.
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
