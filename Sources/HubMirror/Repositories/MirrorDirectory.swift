import Foundation
import RoostCore
import SystemPackage

/// The served folder: `org/name/…`, and `name/…` for repositories without a namespace; datasets and spaces in folders
/// of these names, `datasets/org/name/…`. All methods block the calling thread.
package struct MirrorDirectory: Sendable {
    /// The path of the folder, without symbolic links.
    let root: FilePath

    /// Creates the value; the folder need not exist until `check()`.
    init(_ path: FilePath) { self.root = path.resolvingLinks() ?? path }

    /// Checks that the folder can be served.
    ///
    /// - Throws: `RoostError` with code `invalidConfiguration`.
    func check() throws {
        guard isFolder(root) else {
            throw RoostError(
                .invalidConfiguration,
                "\(root) is not a folder, so there is nothing to serve. Name a folder that holds models as ORG/NAME/FILES.")
        }
        do {
            _ = try FileManager.default.contentsOfDirectory(atPath: root.string)
        } catch {
            throw RoostError(.invalidConfiguration, "\(root) cannot be read. Check its permissions.", cause: error)
        }
    }

    /// Returns every repository with at least one file, in order.
    func repositories() -> [RepositoryID] {
        RepositoryKind.allCases.flatMap { kind in
            let folder = root.appending(kind.pathPrefix)
            let found = visibleFolders(in: folder).flatMap { outer in
                [outer] + visibleFolders(in: folder.appending(outer)).map { "\(outer)/\($0)" }
            }
            return found.compactMap { try? RepositoryID(parsing: $0, kind: kind) }.filter { files(of: $0) != nil }
        }
    }

    /// Returns the current files of a repository.
    ///
    /// - Returns: The listing; `nil` when there is no such folder, or it holds no file. One without a namespace must
    ///   hold a file directly, because otherwise every organisation's folder would be a repository.
    func files(of id: RepositoryID) -> RepositoryListing? {
        // `datasets/name` is the folder of a dataset, not a model of an organisation called `datasets`.
        guard id.kind != .model || RepositoryKind(rawValue: id.namespace ?? id.name) == nil else { return nil }
        guard let folder = root.appending(id.kind.pathPrefix + id.description).resolvingLinks(), folder.starts(with: root), isFolder(folder) else {
            return nil
        }
        var listing = RepositoryListing()
        collect(folder, prefix: "", into: &listing)
        listing.files.sort { $0.path.description.utf8.lexicographicallyPrecedes($1.path.description.utf8) }
        let isRepository = id.namespace == nil ? listing.files.contains { $0.path.segments.count == 1 } : !listing.files.isEmpty
        return isRepository ? listing : nil
    }

    /// Returns the path of a file relative to the served folder.
    func relativeName(of location: FilePath) -> String {
        var relative = location
        _ = relative.removePrefix(root)
        return relative.string
    }

    private func collect(_ folder: FilePath, prefix: String, into listing: inout RepositoryListing) {
        for name in names(in: folder) where !name.hasPrefix(".") || name == ".gitattributes" {
            let location = folder.appending(name)
            guard let path = try? RepositoryFilePath(parsing: prefix + name), let stat = try? Stat(location, followTargetSymlink: false)
            else {
                listing.refused.append(prefix + name)
                continue
            }
            switch stat.type {
            case .directory: collect(location, prefix: "\(path)/", into: &listing)
            case .regular, .symbolicLink:
                if let file = file(at: location, path: path) { listing.files.append(file) } else { listing.refused.append(prefix + name) }
            default: listing.refused.append(prefix + name)
            }
        }
    }

    /// Returns a regular file, or the one inside the served folder that a link points to.
    private func file(at location: FilePath, path: RepositoryFilePath) -> RepositoryListing.File? {
        guard let resolved = location.resolvingLinks(), resolved.starts(with: root),
            let stamp = (try? Stat(resolved, followTargetSymlink: false)).flatMap(FileStamp.init)
        else { return nil }
        return RepositoryListing.File(path: path, location: resolved, stamp: stamp)
    }

    private func visibleFolders(in folder: FilePath) -> [String] {
        names(in: folder).filter { !$0.hasPrefix(".") && isFolder(folder.appending($0)) }
    }

    /// Returns the names in a folder. An unreadable folder counts as empty, so that the others can still be served.
    private func names(in folder: FilePath) -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: folder.string)) ?? []).sorted()
    }

    private func isFolder(_ path: FilePath) -> Bool { (try? Stat(path))?.type == .directory }
}
