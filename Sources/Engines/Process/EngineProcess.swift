import Subprocess

// On macOS swift-subprocess speaks System's FilePath, elsewhere SystemPackage's; this file imports the one it speaks, and takes paths as text.
#if canImport(System)
    import System
#else
    import SystemPackage
#endif

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// One run of an engine, from its start to its end.
struct EngineProcess: Sendable {
    let command: EngineCommand
    let log: EngineLog

    /// Starts the engine behind its guard and returns when it has ended. Cancelling the task ends the engine: politely first, then by force.
    func run() async -> EngineExit {
        var options = PlatformOptions()
        // A group of its own: Ctrl-C in a terminal reaches Roost only, which then ends its engines in order.
        options.processGroupID = 0
        // The guard kills the engine after five seconds by itself; this is for a guard that does not.
        options.teardownSequence = [.gracefulShutDown(allowedDurationToNextStep: .seconds(8))]
        do {
            // The guard's standard input stays open until `body` returns: when this process dies, it closes, and the guard ends the engine.
            let result = try await Subprocess.run(
                command.executable.contains("/") ? .path(FilePath(command.executable)) : .name(command.executable),
                arguments: Arguments(command.arguments), environment: .only(command.environment), platformOptions: options,
                input: .inputWriter, output: .sequence, error: .combinedWithOutput
            ) { execution in
                for try await buffer in execution.standardOutput {
                    buffer.withUnsafeBytes { log.append($0) }
                }
            }
            return ended(result.terminationStatus)
        } catch {
            // Cancelled, or never started. Either way nothing runs any more: swift-subprocess returns after the process has ended.
            return .notStarted(String(describing: error))
        }
    }

    private func ended(_ status: TerminationStatus) -> EngineExit {
        switch status {
        case .exited(let code): return .exited(code)
        case .signaled(let signal):
            // Somebody killed the guard, so nobody watches the engine any more.
            if let pid = log.processIdentifier { kill(pid, SIGKILL) }
            return .guardKilled(signal)
        }
    }
}

extension Environment {
    /// These variables and no other.
    static func only(_ variables: [String: String]) -> Environment {
        .custom(Dictionary(uniqueKeysWithValues: variables.map { (Key(stringLiteral: $0.key), $0.value) }))
    }
}
