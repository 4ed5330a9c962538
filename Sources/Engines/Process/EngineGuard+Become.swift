import Foundation

extension EngineGuard {
    /// Replaces this process with a command that Linux ends together with its parent, the guard. Only the process
    /// itself can request this. So the guard starts a second instance of itself, which becomes the engine.
    ///
    /// - Parameters:
    ///   - command: The executable, as a path or a name, and its arguments.
    ///   - parent: The process id of the guard.
    ///   - sandbox: The files that the command may use; `nil` for all.
    ///   - memoryLimit: The most memory of the command's own in bytes; `nil` for no limit. Only Linux enforces it.
    /// - Returns: Only if the command could not be started: the exit status, 127, or 143 if the guard has ended
    ///   already.
    package static func become(_ command: [String], childOf parent: Int32, in sandbox: EngineSandbox?, memoryLimit: UInt64?) -> Int32 {
        endWithParent()
        // If the guard ended before the call above, the signal would never be sent.
        guard getppid() == parent else { return 128 + SIGTERM }
        endBeforeOthers()
        #if os(Linux)
            do {
                if let sandbox { try Landlock.restrict(to: sandbox) }
            } catch {
                report("\(complaint)\(command[0]): the kernel refused its sandbox: \(error). The setting unconfined_engines turns it off.")
                return 127
            }
        #endif
        var arguments = command.map { strdup($0) } + [nil]
        defer { arguments.forEach { free($0) } }
        // The last step, because the limit counts this process's memory too.
        if let memoryLimit { limitMemory(to: memoryLimit) }
        execvp(command[0], &arguments)
        report("\(complaint)\(command[0]): \(String(cString: strerror(errno)))")
        return 127
    }

    /// The command that the guard starts in place of a command. On Linux this is `roost` itself, which then becomes the
    /// command.
    ///
    /// - Parameters:
    ///   - command: The command.
    ///   - verb: The arguments with which `roost` calls `become`.
    /// - Returns: The command line.
    static func indirect(_ command: [String], by verb: [String]) -> [String] {
        #if os(Linux)
            ["/proc/self/exe"] + verb + ["\(getpid())", "--"] + command
        #else
            command
        #endif
    }

    /// When memory runs out, Linux ends the engine and not Roost.
    private static func endBeforeOthers() {
        #if os(Linux)
            // An engine works without it too.
            try? Data("500".utf8).write(to: URL(fileURLWithPath: "/proc/self/oom_score_adj"))
        #endif
    }

    /// The system writes no copy of the memory of this process and its children, which contains prompts.
    static func refuseCoreFiles() {
        var limit = rlimit(rlim_cur: 0, rlim_max: 0)
        #if os(Linux)
            setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &limit)
        #else
            setrlimit(RLIMIT_CORE, &limit)
        #endif
    }

    /// Limits the memory that the command gets for itself (`RLIMIT_DATA`): it is refused more, as by a system without
    /// memory. Unlike `RLIMIT_AS` this does not count the files that it reads, nor addresses that drivers only reserve.
    private static func limitMemory(to bytes: UInt64) {
        #if os(Linux)
            let data = __rlimit_resource_t(RLIMIT_DATA.rawValue)
            var limit = rlimit()
            guard getrlimit(data, &limit) == 0 else { return }
            // A smaller limit of the user stays.
            limit.rlim_max = min(limit.rlim_max, rlim_t(bytes))
            limit.rlim_cur = min(limit.rlim_cur, limit.rlim_max)
            setrlimit(data, &limit)
        #endif
    }

    /// Calls prctl(PR_SET_PDEATHSIG, SIGKILL). Swift cannot import C functions with variable arguments, so the function
    /// is looked up by name.
    private static func endWithParent() {
        #if os(Linux)
            typealias Control = @convention(c) (CInt, CUnsignedLong, CUnsignedLong, CUnsignedLong, CUnsignedLong) -> CInt
            let setParentDeathSignal: CInt = 1
            guard let symbol = dlsym(nil, "prctl") else { return }
            _ = unsafeBitCast(symbol, to: Control.self)(setParentDeathSignal, CUnsignedLong(SIGKILL), 0, 0, 0)
        #endif
    }
}
