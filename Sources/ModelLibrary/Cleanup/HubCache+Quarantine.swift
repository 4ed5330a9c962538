import DurableFiles
package import HubClient
package import RoostAPI
import RoostCore
import SystemPackage

extension HubCache {
    /// Sets damaged content aside in one step, so that it is no longer used and a pull downloads it again.
    ///
    /// - Parameter finding: A finding of a verification, with the damaged file.
    /// - Returns: The new path; `nil` if there was nothing to set aside.
    /// - Throws: `RoostError` with code `conflict` while a process is using the file; `fileSystem`; `invalidRequest`
    ///   for a finding of another cache.
    package func quarantine(_ finding: VerifyReport.Finding) throws -> String? {
        guard finding.problem != .missing else { return nil }
        let repository = repository(try RepositoryID(parsing: finding.model))
        let path = FilePath(finding.location)
        guard let name = path.lastComponent?.string, path.starts(with: repository.folder) else {
            throw RoostError(.invalidRequest, "\(path) is not in the cache \(root).")
        }
        let aside = repository.blobs.appending(BlobSweep.nameAside(path.starts(with: repository.blobs) ? name : "file"))
        let moved: Void? = try withLockIfFree(blob: name, of: repository.id) {
            guard (try? path.stat(followTargetSymlink: false)) != nil else { return }
            try FileSystem.makeFolder(repository.blobs)
            try FileSystem.move(path, to: aside)
        }
        guard moved != nil else {
            throw RoostError(.conflict, "\(path) is being worked on by another process. Wait for it to end and repair again.")
        }
        return (try? aside.stat(followTargetSymlink: false)) == nil ? nil : aside.string
    }

    /// Deletes content that was set aside.
    ///
    /// - Parameter path: The path that `quarantine` returned.
    /// - Throws: `RoostError` with code `fileSystem`.
    package func discard(quarantined path: String) throws { try FileSystem.remove(FilePath(path)) }
}
