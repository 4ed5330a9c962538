import SystemPackage

#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

extension FilePath {
    /// The absolute path with every symbolic link followed, if the file exists. (Foundation's own version cuts `/private` on macOS.)
    func resolvingLinks() -> FilePath? {
        guard let resolved = realpath(string, nil) else { return nil }
        defer { free(resolved) }
        return FilePath(String(cString: resolved))
    }
}
