#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// How an engine process ended.
enum EngineExit: Sendable, Hashable {
    /// It could not be started, with the reason.
    case notStarted(String)
    /// It exited with a status. The guard reports a signal as 128 + number, like shells.
    case exited(Int32)
    /// A signal killed the guard itself.
    case guardKilled(Int32)

    /// The signal that ended the engine or its guard.
    var signal: Int32? {
        switch self {
        case .notStarted: nil
        case .exited(let code): (129...159).contains(code) ? code - 128 : nil
        case .guardKilled(let signal): signal
        }
    }

    /// Whether the engine's own code failed: an invalid pointer, a failed assertion, an illegal instruction. Signals
    /// from other processes, and SIGKILL, which the system sends when memory runs out, do not count.
    var isFault: Bool {
        guard case .exited = self, let signal else { return false }
        return [SIGSEGV, SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGSYS].contains(signal)
    }
}

extension EngineExit: CustomStringConvertible {
    /// The end of the engine, as the rest of a sentence that begins with "it".
    var description: String {
        if let signal { return "it was killed by signal \(signal)" + (signal == 9 ? " (SIGKILL; the machine may have run out of memory)" : "") }
        switch self {
        case .notStarted(let reason): return "it could not be started: \(reason)"
        case .exited(let code), .guardKilled(let code): return "it exited with status \(code)"
        }
    }
}
