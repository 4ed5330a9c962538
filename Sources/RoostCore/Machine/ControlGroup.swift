/// The memory of a control group: Linux limits the processes of a container or of a service with such groups.
package struct ControlGroup: Sendable, Hashable {
    /// The most bytes that the processes of the group may use together.
    package var limit: Int64
    /// The bytes that they use now, with the files that the system keeps in memory for them.
    package var used: Int64
    /// The bytes of those files. The system frees them when memory is needed.
    package var reclaimable: Int64

    /// The bytes that the processes can still allocate.
    package var available: Int64 { max(0, limit - max(0, used - reclaimable)) }
}

extension ControlGroup {
    /// The names in the two versions of the interface:
    /// https://docs.kernel.org/admin-guide/cgroup-v1/memory.html and https://docs.kernel.org/admin-guide/cgroup-v2.html
    enum Version: Sendable, Hashable {
        case v1, v2

        var limits: [String] { self == .v1 ? ["memory.limit_in_bytes"] : ["memory.max", "memory.high"] }
        var usage: String { self == .v1 ? "memory.usage_in_bytes" : "memory.current" }
        var cachedFiles: [String] { self == .v1 ? ["total_inactive_file", "total_active_file"] : ["inactive_file", "active_file"] }
    }

    /// A larger limit means that there is none: version 1 writes a number near 2^63.
    private static let unlimited: Int64 = 1 << 60
    /// The most levels of groups.
    private static let levels = 64

    /// Returns the groups with a limit to which a process belongs: its own one and those above it.
    ///
    /// - Parameter read: Returns the text of a file such as `/proc/self/cgroup`; `nil` if it cannot be read.
    /// - Returns: The groups, without those that have no limit.
    package static func limited(read: (String) -> String?) -> [ControlGroup] {
        guard let membership = read("/proc/self/cgroup"), let mounts = read("/proc/self/mountinfo") else { return [] }
        return hierarchies(membership: membership, mounts: mounts).flatMap { hierarchy in
            hierarchy.folders.compactMap { ControlGroup(folder: $0, hierarchy.version, read: read) }
        }
    }

    private init?(folder: String, _ version: Version, read: (String) -> String?) {
        func number(_ name: String) -> Int64? {
            // A group without a limit has the text `max`.
            read("\(folder)/\(name)")?.split(whereSeparator: \.isWhitespace).first.flatMap { Int64($0) }.flatMap { $0 >= 0 ? $0 : nil }
        }
        guard let limit = version.limits.compactMap(number).min(), limit < Self.unlimited, let used = number(version.usage) else { return nil }
        let counts = (read("\(folder)/memory.stat") ?? "").split(separator: "\n").compactMap { line -> Int64? in
            let words = line.split(separator: " ")
            return words.count == 2 && version.cachedFiles.contains(String(words[0])) ? Int64(words[1]) : nil
        }
        // More than what is used cannot be freed, whatever the file says.
        let reclaimable = counts.reduce(0) { min(used, $0 + min(max(0, $1), used - $0)) }
        self.init(limit: limit, used: used, reclaimable: reclaimable)
    }

    /// Returns the folders of the groups, from the process's own one up to the mount point.
    private static func hierarchies(membership: String, mounts: String) -> [(version: Version, folders: [String])] {
        membership.split(separator: "\n").compactMap { line in
            // hierarchy:controllers:path; version 2 has no controllers.
            let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard fields.count == 3 else { return nil }
            let version: Version
            switch fields[1] {
            case "": version = .v2
            case let list where list.split(separator: ",").contains("memory"): version = .v1
            default: return nil
            }
            guard let mount = mount(of: version, in: mounts) else { return nil }
            return (version, folders(of: String(fields[2]), in: mount))
        }
    }

    private static func folders(of path: String, in mount: (root: String, point: String)) -> [String] {
        // In a container the path can be outside of the part that is mounted; its limits are then those of the mount point.
        let isInside = mount.root == "/" || path == mount.root || path.hasPrefix(mount.root + "/")
        let inside = isInside ? path.dropFirst(mount.root == "/" ? 0 : mount.root.count) : ""
        var names = inside.split(separator: "/")
        guard !names.contains("..") else { return [mount.point] }
        names = Array(names.prefix(levels))
        return (0...names.count).reversed().map { count in ([mount.point] + names.prefix(count).map(String.init)).joined(separator: "/") }
    }

    private static func mount(of version: Version, in mounts: String) -> (root: String, point: String)? {
        for line in mounts.split(separator: "\n") {
            // id parent device root point options … - type source options
            let fields = line.split(separator: " ")
            guard let dash = fields.firstIndex(of: "-"), dash >= 6, fields.count >= dash + 4 else { continue }
            let isSought =
                version == .v2
                ? fields[dash + 1] == "cgroup2" : fields[dash + 1] == "cgroup" && fields[dash + 3].split(separator: ",").contains("memory")
            if isSought { return (unescaped(fields[3]), unescaped(fields[4])) }
        }
        return nil
    }

    /// The kernel writes a space as `\040`.
    private static func unescaped(_ path: Substring) -> String { String(path.replacing("\\040", with: " ")) }
}
