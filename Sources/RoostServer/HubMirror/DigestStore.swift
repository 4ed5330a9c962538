import Logging
import NIOPosix
import RoostCore
import SystemPackage

/// The digests of files that were hashed, kept between runs. Its only mutable state is the index, which the actor guards.
actor DigestStore {
    private var index: DigestIndex
    private let logger: Logger
    private var isSaving = false

    /// Opens the store; blocks while it reads one file.
    init(of directory: MirrorDirectory, in folder: FilePath?, logger: Logger) {
        self.index = DigestIndex(of: directory, in: folder, logger: logger)
        self.logger = logger
    }

    /// The digest of a file, if it was hashed while it looked as it does now and as the kind of file it is now.
    func digest(of file: RepositoryListing.File) -> ContentDigest? { index[file] }

    /// What a file was hashed to while it looked so.
    func digest(at location: FilePath, _ stamp: FileStamp) -> ContentDigest? { index[location, stamp] }

    /// Adds what a file was hashed to.
    func remember(_ digest: ContentDigest, at location: FilePath, _ stamp: FileStamp) async {
        index.remember(digest, of: location, stamp)
        // A kill during the first walk through a big folder should not cost all of it.
        if index.unsavedBytes > 1 << 30 { await save() }
    }

    /// Writes down what is new.
    func save() async {
        // Whoever is saving looks again before it stops.
        guard !isSaving else { return }
        isSaving = true
        defer { isSaving = false }
        while index.isDirty {
            let current = index
            index.markSaved()
            do {
                try await NIOThreadPool.singleton.runIfActive { try current.write() }
            } catch {
                logger.warning("The digest index cannot be written; the next start hashes again.", metadata: ["error": "\(error)"])
                return
            }
        }
    }
}
