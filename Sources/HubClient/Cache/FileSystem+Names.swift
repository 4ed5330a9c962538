import SystemPackage

extension FileSystem {
    /// Whether the file system of a folder takes names that differ only in case for one, as macOS does by default. Only looks.
    ///
    /// - Parameter folder: The folder; where it does not exist, its nearest parent that does is asked.
    /// - Returns: `false` also when there is no name to try it with.
    static func ignoresCase(near folder: FilePath) -> Bool {
        // A file inside tells of the folder's own file system; a folder's name tells of its parent's.
        var path = folder.appending("CACHEDIR.TAG")
        while let name = path.lastComponent?.string {
            let other = name == name.lowercased() ? name.uppercased() : name.lowercased()
            if other != name, let stat = try? path.stat(followTargetSymlink: false) {
                let twin = try? path.removingLastComponent().appending(other).stat(followTargetSymlink: false)
                return twin.map { $0.inode == stat.inode && $0.deviceID == stat.deviceID } ?? false
            }
            path.removeLastComponent()
        }
        return false
    }
}
