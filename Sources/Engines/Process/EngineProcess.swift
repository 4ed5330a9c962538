import Foundation
import Subprocess

// On macOS swift-subprocess uses the FilePath of System, on other systems that of SystemPackage. This file imports the
// matching module and accepts paths as text.
#if canImport(System)
    import System
#else
    import SystemPackage
#endif

/// One run of an engine, from its start to its end.
struct EngineProcess: Sendable {
    let command: EngineCommand
    let log: EngineLog

    /// Starts the engine through its guard and returns when it has ended. Cancelling the task ends the engine
    /// with SIGKILL.
    func run() async -> EngineExit {
        var options = PlatformOptions()
        // A separate process group: Ctrl-C in a terminal reaches only Roost, which then ends its engines in order.
        options.processGroupID = 0
        // The guard kills the engine when it gets SIGTERM. The limit is for a guard that does not.
        options.teardownSequence = [.gracefulShutDown(allowedDurationToNextStep: .seconds(3))]
        do {
            // The guard's standard input stays open until `body` returns. If this process dies, the pipe closes and the
            // guard ends the engine.
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
            // The run was cancelled or never started. In both cases no process is left: swift-subprocess returns after
            // the process has ended.
            return .notStarted(String(describing: error))
        }
    }

    private func ended(_ status: TerminationStatus) -> EngineExit {
        switch status {
        case .exited(let code): return .exited(code)
        case .signaled(let signal):
            // The guard was killed, so the engine is no longer supervised.
            if let pid = log.processIdentifier { kill(pid, SIGKILL) }
            return .guardKilled(signal)
        }
    }
}

extension Environment {
    /// An environment with exactly these variables.
    static func only(_ variables: [String: String]) -> Environment {
        .custom(Dictionary(uniqueKeysWithValues: variables.map { (Key(stringLiteral: $0.key), $0.value) }))
    }
}
