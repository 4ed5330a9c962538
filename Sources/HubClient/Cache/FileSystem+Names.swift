import SystemPackage

extension FileSystem {
    /// Whether the file system of a folder treats names that differ only in case as equal, as macOS does by default.
    /// Does not write.
    ///
    /// - Parameter folder: The folder. If it does not exist, its nearest existing parent is used.
    /// - Returns: `false` also if there is no name to test with.
    static func ignoresCase(near folder: FilePath) -> Bool {
        // A file in the folder shows the behavior of the folder's file system; the folder's own name shows that of its
        // parent's file system.
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
