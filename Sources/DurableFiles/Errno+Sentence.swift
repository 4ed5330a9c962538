package import RoostCore
package import SystemPackage

extension Errno {
    /// Returns the error as a sentence for the user: what failed, why, and what to do.
    ///
    /// - Parameters:
    ///   - action: What failed, such as `open`.
    ///   - path: The file.
    ///   - wanted: The file that needed `path`, if it is another one; it decides which environment variable is advised.
    ///   - file: Filled in by the compiler.
    ///   - function: Filled in by the compiler.
    ///   - line: Filled in by the compiler.
    /// - Returns: An error with code `fileSystem`, or `insufficientSpace` if the disk is full.
    package func error(
        _ action: String, _ path: FilePath, for wanted: FilePath? = nil, file: String = #fileID, function: String = #function, line: Int = #line
    ) -> RoostError {
        let variable = (wanted ?? path).movedBy
        let check = self == .noSuchFileOrDirectory ? "Check the path" : "Check the folder's permissions and the disk"
        let advice =
            meansFullDisk
            ? "Free some space" + (variable.map { ", or set \($0) to a folder on a larger disk." } ?? " and try again.")
            : check + (variable.map { ", or set \($0) to another folder." } ?? ".")
        return RoostError(
            meansFullDisk ? .insufficientSpace : .fileSystem, "Cannot \(action) \(path): \(self). \(advice)", cause: self, file: file,
            function: function, line: line)
    }

    /// Whether the file system has no locks, as some network file systems.
    var meansNoLocks: Bool { self == .noFunction || self == .notSupported }

    /// Whether the disk, or the user's quota, is full.
    package var meansFullDisk: Bool { self == .noSpace || self == .diskQuotaExceeded }

    /// Whether the file system does not support symbolic links: the errors of FAT file systems and network shares.
    package var meansNoLinks: Bool { [.notPermitted, .notSupported, .noFunction].contains(self) }

    /// Whether this user has read-only access.
    package var meansReadOnly: Bool { [.permissionDenied, .notPermitted, .readOnlyFileSystem].contains(self) }
}

extension FilePath {
    /// The environment variable that moves this file elsewhere: `HF_HUB_CACHE` for the Hub cache, whose folders are named
    /// `models--<org>--<name>`, and `hub` itself by default; `ROOST_HOME` for `~/.roost`, and for the models that Roost
    /// converted and its receipts, in `<home>/models/<org>--<name>`; `nil` for other files.
    var movedBy: String? {
        let names = components.map(\.string).filter { $0 != ".locks" }
        let isInCache = names.contains { name in ["models--", "datasets--", "spaces--"].contains { name.hasPrefix($0) } }
        if isInCache || names.last == "hub" { return "HF_HUB_CACHE" }
        let isInModels = zip(names, names.dropFirst()).contains { $0 == "models" && $1.contains("--") }
        return isInModels || names.contains(".roost") ? "ROOST_HOME" : nil
    }
}
