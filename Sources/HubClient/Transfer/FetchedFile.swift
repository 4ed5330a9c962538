import RoostCore
import SystemPackage

/// A small file that is in memory, checked, and waits to be written with others: many are handed to the disk's threads at a time, and flushed together,
/// since one flush brings most of the others with it.
struct FetchedFile: Sendable {
    let file: RepositoryFile
    let content: [UInt8]

    /// How many flushes wait at a time; the file system makes one of them.
    private static let lanes = 4

    /// Writes and flushes files, and then gives each its name. The folders are not flushed.
    ///
    /// - Parameters:
    ///   - files: The files.
    ///   - cache: Where they belong.
    ///   - revision: The snapshot they belong to.
    ///   - disk: Who waits for the disk.
    /// - Throws: `RoostError` with code `fileSystem` or `insufficientSpace`; what has no name then is gone.
    static func install(_ files: [FetchedFile], in cache: HubCache, _ revision: ResolvedRevision, _ disk: DiskThreads) async throws {
        let folder = cache.blobsFolder(revision.repository)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for lane in 0..<min(lanes, files.count) {
                let own = stride(from: lane, to: files.count, by: lanes).map { files[$0] }
                group.addTask { try await disk.runToTheEnd { try install(own, in: cache, revision, folder) } }
            }
            try await group.waitForAll()
        }
    }

    private static func install(_ files: [FetchedFile], in cache: HubCache, _ revision: ResolvedRevision, _ folder: FilePath) throws {
        var temporaries: [FilePath] = []
        do {
            // All are written before the first is flushed: by then most are on their way to the disk.
            for file in files { temporaries.append(try FileSystem.writeTemporary(file.content, in: folder)) }
            for temporary in temporaries { try FileSystem.flushFile(temporary) }
            for (fetched, temporary) in zip(files, temporaries) {
                try FileSystem.move(temporary, to: cache.blob(fetched.file.digest, of: revision.repository))
                // A part of it, left by a version that kept parts of small files.
                try FileSystem.remove(cache.partial(fetched.file.digest, of: revision.repository))
                try cache.link(fetched.file, in: revision, isNew: true)
            }
        } catch {
            // The failure that ended this is the one to tell. What has its name is no longer under the other one.
            for temporary in temporaries { try? FileSystem.remove(temporary) }
            throw error
        }
    }
}
