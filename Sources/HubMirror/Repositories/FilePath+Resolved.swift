import Foundation
import SystemPackage

extension FilePath {
    /// Returns the absolute path with all symbolic links resolved; `nil` if the file does not exist. (Foundation's own
    /// version removes `/private` on macOS.)
    func resolvingLinks() -> FilePath? {
        guard let resolved = realpath(string, nil) else { return nil }
        defer { free(resolved) }
        return FilePath(String(cString: resolved))
    }
}
