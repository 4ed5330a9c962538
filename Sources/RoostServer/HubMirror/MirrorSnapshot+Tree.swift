import RoostCore

extension MirrorSnapshot {
    /// Lists a folder.
    ///
    /// - Parameters:
    ///   - folder: The folder's path; empty for the whole repository.
    ///   - recursive: Whether to go into its folders.
    /// - Returns: Files and folders in order; `nil` when there is no such folder.
    func entries(in folder: String, recursive: Bool) -> [MirrorTreeEntry]? {
        let prefix = folder.isEmpty ? "" : "\(folder)/"
        let inside = files.filter { $0.path.description.utf8.starts(with: prefix.utf8) }
        guard !inside.isEmpty else { return nil }
        let depth = prefix.utf8.count { $0 == UInt8(ascii: "/") }
        var entries: [MirrorTreeEntry] = []
        var folders: [String: [MirrorFile]] = [:]
        for file in inside {
            let segments = file.path.segments
            let parents = depth..<(segments.count - 1)
            for last in recursive ? parents : parents.prefix(1) {
                folders[segments[...last].joined(separator: "/"), default: []].append(file)
            }
            if recursive || parents.isEmpty { entries.append(MirrorTreeEntry(file)) }
        }
        entries += folders.map { MirrorTreeEntry(folder: $0.key, holding: $0.value) }
        return entries.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
    }

    /// The file or folder with that path.
    func entry(at path: String) -> MirrorTreeEntry? {
        if let file = self[path] { return MirrorTreeEntry(file) }
        guard !path.isEmpty else { return nil }
        let inside = files.filter { $0.path.description.utf8.starts(with: "\(path)/".utf8) }
        return inside.isEmpty ? nil : MirrorTreeEntry(folder: path, holding: inside)
    }
}
