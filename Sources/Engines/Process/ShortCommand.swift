import Subprocess

// On macOS swift-subprocess speaks System's FilePath, elsewhere SystemPackage's; this file imports the one it speaks, and takes paths as text.
#if canImport(System)
    import System
#else
    import SystemPackage
#endif

/// A command that prints a little and ends.
enum ShortCommand {
    /// Runs a command and collects at most 64 KiB of what it prints on both streams; ends it after ten seconds.
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
