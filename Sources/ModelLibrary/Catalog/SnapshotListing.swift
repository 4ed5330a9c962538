import Foundation
import RoostCore
import SystemPackage

/// The existing files of a snapshot, with their sizes.
///
/// Every request to a model looks here. So files are asked for what is needed only: Foundation's attributes contain the
/// names of owners, for which it reads `/etc/passwd` and `/etc/group` for each file.
struct SnapshotListing {
    /// Sizes in bytes by path. Links whose target is missing are omitted.
    private(set) var sizes: [RepositoryFilePath: Int64] = [:]

    private static let deepestFolder = 8

    init(_ snapshot: FilePath) {
        collect(snapshot, prefix: "", depth: 0)
    }

    private mutating func collect(_ folder: FilePath, prefix: String, depth: Int) {
        guard depth < Self.deepestFolder, let names = try? FileManager.default.contentsOfDirectory(atPath: folder.string) else { return }
        for name in names {
            let path = folder.appending(name)
            guard let stat = try? path.stat(followTargetSymlink: false) else { continue }
            switch stat.type {
            case .directory: collect(path, prefix: prefix + name + "/", depth: depth + 1)
            case .regular: add(prefix + name, stat)
            case .symbolicLink:
                // Snapshots contain links to blobs. A cache that was moved between disks may contain links to links.
                if let target = try? path.stat(), target.type == .regular { add(prefix + name, target) }
            default: continue
            }
        }
    }

    private mutating func add(_ name: String, _ stat: Stat) {
        if let path = try? RepositoryFilePath(parsing: name) { sizes[path] = stat.size }
    }
}
