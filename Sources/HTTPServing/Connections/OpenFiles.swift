#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// The system's limit of open files and connections of this process.
package enum OpenFiles {
    /// Enough for all connections, engines and files together.
    private static let wanted: rlim_t = 8192

    /// Raises the limit as far as needed and allowed. Many systems start with 1024 or fewer, and a process without a
    /// free descriptor can neither read jobs.db nor start an engine.
    ///
    /// - Returns: The new limit.
    @discardableResult package static func raiseLimit() -> Int {
        #if canImport(Glibc)
            let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        #else
            let resource = RLIMIT_NOFILE
        #endif
        var limit = rlimit()
        guard getrlimit(resource, &limit) == 0 else { return 256 }
        guard limit.rlim_cur < wanted else { return Int(clamping: limit.rlim_cur) }
        var raised = limit
        raised.rlim_cur = min(wanted, limit.rlim_max)
        return Int(clamping: setrlimit(resource, &raised) == 0 ? raised.rlim_cur : limit.rlim_cur)
    }
}
