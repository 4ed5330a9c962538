#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// How an engine process ended.
enum EngineExit: Sendable, Hashable {
    /// It could not be started; the text says why.
    case notStarted(String)
    /// It ended with a status; the guard reports a signal as 128 + number, as shells do.
    case exited(Int32)
    /// The guard itself was killed by a signal.
    case guardKilled(Int32)

    /// The signal that ended the engine or its guard.
    var signal: Int32? {
        switch self {
        case .notStarted: nil
        case .exited(let code): (129...159).contains(code) ? code - 128 : nil
        case .guardKilled(let signal): signal
        }
    }

    /// Whether the engine's own code failed: a wild pointer, a failed assertion, an illegal instruction. Signals that somebody sent, and SIGKILL, which
    /// a machine without memory sends, are none of these.
    var isFault: Bool {
        guard case .exited = self, let signal else { return false }
        return [SIGSEGV, SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGSYS].contains(signal)
    }
}

extension EngineExit: CustomStringConvertible {
    /// What happened, as the end of a sentence that begins with "it".
    var description: String {
        if let signal { return "it was killed by signal \(signal)" + (signal == 9 ? " (SIGKILL; the machine may have run out of memory)" : "") }
        switch self {
        case .notStarted(let reason): return "it could not be started: \(reason)"
        case .exited(let code), .guardKilled(let code): return "it exited with status \(code)"
        }
    }
}
