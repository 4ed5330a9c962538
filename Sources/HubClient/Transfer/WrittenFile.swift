import RoostCore
import SystemPackage

/// A small file that is written and checked, and waits for its name. Many are flushed together: one flush brings most of the others with it.
struct WrittenFile: Sendable {
    /// The name it has until then.
    let temporary: FilePath
    let file: RepositoryFile

    /// How many flushes wait at a time; the file system makes one of them.
    private static let lanes = 4

    /// Flushes files, and then gives each its name. The folders are not flushed.
    ///
    /// - Parameters:
    ///   - files: The files.
    ///   - cache: Where they belong.
    ///   - revision: The snapshot they belong to.
    ///   - disk: Who waits for the disk.
    /// - Throws: `RoostError` with code `fileSystem` or `insufficientSpace`; what has no name then is gone.
    static func install(_ files: [WrittenFile], in cache: HubCache, _ revision: ResolvedRevision, _ disk: DiskThreads) async throws {
        do {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for lane in 0..<min(lanes, files.count) {
                    group.addTask {
                        try await disk.runToTheEnd {
                            for index in stride(from: lane, to: files.count, by: lanes) { try FileSystem.flushFile(files[index].temporary) }
                        }
                    }
                }
                try await group.waitForAll()
            }
            try await disk.runToTheEnd { for written in files { try written.install(in: cache, revision) } }
        } catch {
            // The failure that ended this is the one to tell.
            for written in files { try? FileSystem.remove(written.temporary) }
            throw error
        }
    }

    private func install(in cache: HubCache, _ revision: ResolvedRevision) throws {
        try FileSystem.move(temporary, to: cache.blob(file.digest, of: revision.repository))
        // A part of it, left by a version that kept parts of small files.
        try FileSystem.remove(cache.partial(file.digest, of: revision.repository))
        try cache.link(file, in: revision, isNew: true)
    }
}
