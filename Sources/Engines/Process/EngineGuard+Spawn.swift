import Foundation

extension EngineGuard {
    /// The error number of a failed `posix_spawn`.
    struct SpawnError: Error {
        let number: Int32
    }

    // The two C types are pointers on Darwin and structures elsewhere.
    #if canImport(Darwin)
        private typealias FileActions = posix_spawn_file_actions_t?
        private typealias Attributes = posix_spawnattr_t?
        private static func none() -> FileActions { nil }
        private static func plain() -> Attributes { nil }
    #else
        private typealias FileActions = posix_spawn_file_actions_t
        private typealias Attributes = posix_spawnattr_t
        private static func none() -> FileActions { posix_spawn_file_actions_t() }
        private static func plain() -> Attributes { posix_spawnattr_t() }
    #endif

    /// Starts a command with an empty standard input and with no signal blocked or ignored, regardless of the signal
    /// settings of this process.
    static func spawn(_ command: [String]) -> Result<pid_t, SpawnError> {
        var actions = none()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)

        var attributes = plain()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var blocked = sigset_t()
        sigemptyset(&blocked)
        posix_spawnattr_setsigmask(&attributes, &blocked)
        var standard = sigset_t()
        sigemptyset(&standard)
        for signal in [SIGTERM, SIGINT, SIGHUP, SIGPIPE] { sigaddset(&standard, signal) }
        posix_spawnattr_setsigdefault(&attributes, &standard)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK) | Int16(POSIX_SPAWN_SETSIGDEF))

        let variables = ProcessInfo.processInfo.environment.map { "\($0.key)=\($0.value)" }
        var pid: pid_t = 0
        let failure = withCStrings(command) { arguments in
            withCStrings(variables) { environment in posix_spawnp(&pid, command[0], &actions, &attributes, arguments, environment) }
        }
        return failure == 0 ? .success(pid) : .failure(SpawnError(number: failure))
    }

    /// Passes `texts` to `body` as a C array: pointers, with a null pointer at the end.
    private static func withCStrings<Value>(_ texts: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Value) -> Value {
        let copies = texts.map { strdup($0) }
        defer { copies.forEach { free($0) } }
        return body(copies + [nil])
    }
}
