import HTTPServing
import Logging
import RoostCore
import SystemPackage

/// The content of every repository in a folder. An unchanged file is hashed at most once, however many clients request
/// it.
///
/// The mutable state is guarded by the actor. Folders and files are read on threads for that, so neither an event loop
/// nor Swift's own threads ever wait for a disk.
package actor MirrorCatalog {
    private let directory: MirrorDirectory
    private let logger: Logger
    private let digests: DigestStore
    private var latest: [RepositoryID: FolderSnapshot] = [:]
    private let reads = SharedReads<RepositoryID, FolderSnapshot?>()
    /// The number of files hashed since the catalog was created.
    private(set) var hashedFiles = 0

    /// Creates the catalog.
    init(directory: MirrorDirectory, digests: DigestStore, logger: Logger) {
        self.directory = directory
        self.logger = logger
        self.digests = digests
    }

    /// Returns the latest snapshot without reading the disk.
    func remembered(_ id: RepositoryID) -> FolderSnapshot? { latest[id] }

    /// Returns all repositories with at least one file, in order.
    func repositories() async throws -> [RepositoryID] {
        try await FileThreads.run { [directory] in directory.repositories() }
    }

    /// Returns the current state of a repository on the disk; new and changed files are hashed first.
    ///
    /// - Parameter id: The repository.
    /// - Returns: The snapshot; `nil` when there is no such repository.
    /// - Throws: `MirrorError` when a file keeps changing, `Errno` when one cannot be read, `CancellationError`.
    func snapshot(of id: RepositoryID) async throws -> FolderSnapshot? {
        try await reads.value(of: id) { try await self.build(id) }
    }

    private func build(_ id: RepositoryID) async throws -> FolderSnapshot? {
        let listing = try await FileThreads.run { [directory] in directory.files(of: id) }
        guard let listing else {
            latest[id] = nil
            return nil
        }
        if let known = latest[id], try await WorkThreads.run({ known.matches(listing) }) { return known }
        if !listing.refused.isEmpty {
            logger.warning(
                "Some files are not served: an unsafe name, a link that leads out of the folder, or no regular file.",
                metadata: ["repository": "\(id)", "files": "\(listing.refused.prefix(10).map(\.quotedForPeople).joined(separator: ", "))"])
        }
        var files: [(RepositoryListing.File, ContentDigest)] = []
        for file in listing.files {
            do {
                files.append(try await hashed(file))
            } catch Errno.noSuchFileOrDirectory {
                throw MirrorError.changing(file.path.description)
            }
        }
        await digests.save()
        let snapshot = try await WorkThreads.run { [files] in FolderSnapshot(id: id, files: files) }
        latest[id] = snapshot
        return snapshot
    }

    private func hashed(_ listed: RepositoryListing.File) async throws -> (RepositoryListing.File, ContentDigest) {
        var file = listed
        for _ in 1...3 {
            if let digest = await digests.digest(of: file) { return (file, digest) }
            try await settle(file.stamp)
            let open = try await OpenFile.open(file.location)
            file = RepositoryListing.File(path: file.path, location: file.location, stamp: open.stamp)
            hashedFiles += 1
            let digest = try await FileDigester.digest(of: open, isLarge: file.isLarge)
            guard !open.hasChanged else { continue }
            await digests.remember(digest, at: file.location, file.stamp)
            return (file, digest)
        }
        throw MirrorError.changing(file.path.description)
    }

    /// Waits for the end of a file system's clock tick, which lasts some milliseconds. Two writes within one tick
    /// cannot be told apart, so a file is hashed only afterwards.
    private func settle(_ stamp: FileStamp) async throws {
        let tick: Int64 = 20_000_000
        let age = FileStamp.now - stamp.modified
        if (0..<tick).contains(age) { try await Task.sleep(for: .nanoseconds(tick - age)) }
    }
}
