import Logging
import RoostCore
import SystemPackage

/// The digests of hashed files, kept between runs. The index is its only mutable state, which the actor guards.
actor DigestStore {
    private var index: DigestIndex
    private let logger: Logger
    private var isSaving = false

    /// Creates the store; blocks while it reads one file.
    init(of directory: MirrorDirectory, in folder: FilePath?, logger: Logger) {
        self.index = DigestIndex(of: directory, in: folder, logger: logger)
        self.logger = logger
    }

    /// Returns the digest of a file, if it was hashed with its current stamp and as its current kind.
    func digest(of file: RepositoryListing.File) -> ContentDigest? { index[file] }

    /// Returns the digest of a file with a stamp.
    func digest(at location: FilePath, _ stamp: FileStamp) -> ContentDigest? { index[location, stamp] }

    /// Adds the digest of a file.
    func remember(_ digest: ContentDigest, at location: FilePath, _ stamp: FileStamp) async {
        index.remember(digest, of: location, stamp)
        // Saved at intervals, so that a kill during the first indexing of a large folder does not lose all digests.
        if index.unsavedBytes > 1 << 30 { await save() }
    }

    /// Saves the index if it has changed.
    func save() async {
        // The call that is saving checks for changes again before it ends.
        guard !isSaving else { return }
        isSaving = true
        defer { isSaving = false }
        while index.isDirty {
            let current = index
            index.markSaved()
            do {
                try await FileThreads.run { try current.write() }
            } catch {
                logger.warning("The digest index cannot be written; the next start hashes again.", metadata: ["error": "\(error)"])
                return
            }
        }
    }
}
