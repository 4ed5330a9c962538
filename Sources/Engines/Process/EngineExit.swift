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
