import Foundation

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

extension EngineGuard {
    /// Turns this process into a command that Linux ends together with its parent, the guard. Only the process itself can ask for that, so the guard
    /// starts itself once more, and that process becomes the engine.
    ///
    /// - Parameters:
    ///   - command: The executable, by path or by name, and its arguments.
    ///   - parent: The process id of the guard.
    /// - Returns: Only when the command could not be started: the exit status, 127, or 143 when the guard has ended already.
    public static func become(_ command: [String], childOf parent: Int32) -> Int32 {
        endWithParent()
        // Had the guard ended a moment earlier, nobody would send the signal any more.
        guard getppid() == parent else { return 128 + SIGTERM }
        var arguments = command.map { strdup($0) } + [nil]
        defer { arguments.forEach { free($0) } }
        execvp(command[0], &arguments)
        report("\(complaint)\(command[0]): \(String(cString: strerror(errno)))")
        return 127
    }

    /// The command that the guard starts in a command's place: on Linux itself, to become the command.
    ///
    /// - Parameters:
    ///   - command: The command.
    ///   - verb: The words after which `roost` calls `become`.
    /// - Returns: The words of a command line.
    static func indirect(_ command: [String], by verb: [String]) -> [String] {
        #if os(Linux)
            ["/proc/self/exe"] + verb + ["\(getpid())", "--"] + command
        #else
            command
        #endif
    }

    /// prctl(PR_SET_PDEATHSIG, SIGKILL). Swift imports no C function with variable arguments, so it is looked up by its name.
    private static func endWithParent() {
        #if os(Linux)
            typealias Control = @convention(c) (CInt, CUnsignedLong, CUnsignedLong, CUnsignedLong, CUnsignedLong) -> CInt
            let setParentDeathSignal: CInt = 1
            guard let symbol = dlsym(nil, "prctl") else { return }
            _ = unsafeBitCast(symbol, to: Control.self)(setParentDeathSignal, CUnsignedLong(SIGKILL), 0, 0, 0)
        #endif
    }
}
