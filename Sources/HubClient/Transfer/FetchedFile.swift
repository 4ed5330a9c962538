import DurableFiles
import RoostCore
import SystemPackage

/// A small verified file in memory that waits to be written with others. Many files are passed to the disk threads at a
/// time and flushed together, because one flush also writes most of the others.
struct FetchedFile: Sendable {
    let file: RepositoryFile
    let content: [UInt8]

    /// The number of simultaneous flushes; the file system combines them.
    private static let lanes = 4

    /// Writes and flushes files, and then gives each its final name. The folders are not flushed.
    ///
    /// - Parameters:
    ///   - files: The files.
    ///   - cache: The cache of the files.
    ///   - revision: The revision of the snapshot.
    ///   - disk: The threads for disk work.
    /// - Throws: `RoostError` with code `fileSystem` or `insufficientSpace`. Files without their final name are then
    ///   removed.
    static func install(_ files: [FetchedFile], in cache: HubCache, _ revision: ResolvedRevision, _ disk: DiskThreads) async throws {
        guard !files.isEmpty else { return }
        let folder = cache.blobsFolder(revision.repository)
        let hasLinks = try await disk.runToTheEnd { try cache.makesLinks && FileSystem.hasLinks(folder) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for lane in 0..<min(lanes, files.count) {
                let own = stride(from: lane, to: files.count, by: lanes).map { files[$0] }
                group.addTask { try await disk.runToTheEnd { try install(own, in: cache, revision, folder, hasLinks) } }
            }
            try await group.waitForAll()
        }
    }

    private static func install(
        _ files: [FetchedFile], in cache: HubCache, _ revision: ResolvedRevision, _ folder: FilePath, _ hasLinks: Bool
    ) throws {
        var temporaries: [FilePath] = []
        do {
            // All files are written before the first flush, when most of them are already on their way to the disk.
            for file in files { temporaries.append(try FileSystem.writeTemporary(file.content, in: folder)) }
            for temporary in temporaries { try FileSystem.flushFile(temporary) }
            for (fetched, temporary) in zip(files, temporaries) {
                try cache.install(temporary, as: fetched.file, in: revision, hasLinks: hasLinks)
                // A partial file of a version that kept parts of small files.
                try FileSystem.remove(cache.partial(fetched.file.digest, of: revision.repository))
            }
        } catch {
            // The first error is the one to report. A file with its final name no longer has the temporary one.
            for temporary in temporaries { try? FileSystem.remove(temporary) }
            throw error
        }
    }
}
