import Foundation
import RoostCore
import SystemPackage

/// The existing files of a snapshot, with their sizes.
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
            guard let attributes = try? FileManager.default.attributesOfItem(atPath: path.string) else { continue }
            switch attributes[.type] as? FileAttributeType {
            case .typeDirectory: collect(path, prefix: prefix + name + "/", depth: depth + 1)
            case .typeRegular: add(prefix + name, attributes)
            case .typeSymbolicLink:
                // Snapshots contain links to blobs. A cache that was moved between disks may contain links to links.
                let target = URL(fileURLWithPath: path.string).resolvingSymlinksInPath().path
                guard let attributes = try? FileManager.default.attributesOfItem(atPath: target),
                    attributes[.type] as? FileAttributeType == .typeRegular
                else { continue }
                add(prefix + name, attributes)
            default: continue
            }
        }
    }

    private mutating func add(_ name: String, _ attributes: [FileAttributeKey: Any]) {
        guard let path = try? RepositoryFilePath(parsing: name), let size = (attributes[.size] as? NSNumber)?.int64Value else { return }
        sizes[path] = size
    }
}
