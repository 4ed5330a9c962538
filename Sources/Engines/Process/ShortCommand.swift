import Subprocess

// On macOS swift-subprocess uses the FilePath of System, on other systems that of SystemPackage. This file imports the
// matching module and accepts paths as text.
#if canImport(System)
    import System
#else
    import SystemPackage
#endif

/// Runs commands with short output.
enum ShortCommand {
    /// Runs a command and returns at most 64 KiB of its output on both streams. Ends the command after ten seconds.
    static func output(of executable: String, arguments: [String]) async throws -> String {
        try await withThrowingTaskGroup(of: String?.self) { group in
            group.addTask {
                try await run(
                    .path(FilePath(executable)), arguments: Arguments(arguments), environment: .only(EngineEnvironment.ofThisProcess), input: .none,
                    output: .string(limit: 64 * 1024), error: .combinedWithOutput
                ).standardOutput
            }
            group.addTask {
                try await Task.sleep(for: .seconds(10))
                return nil
            }
            defer { group.cancelAll() }
            guard let first = try await group.next(), let output = first else { return "" }
            return output
        }
    }
}
