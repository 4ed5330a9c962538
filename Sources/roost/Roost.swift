import ArgumentParser
import RoostCore

/// The command line of Roost. Commands contain little logic: they call a running server, or start one.
@main
struct Roost: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "roost",
        abstract: "A private AI inference server: pull models as durable jobs, run them on your own machine.",
        discussion: """
            Start the server with `roost serve`. The other commands talk to it; `db`, `hub`, `keys`, `doctor` and most of `models` also work without one; `bench` measures any server.

            Exit codes: 0 done · 1 failed · 2 pulled, but not loaded as --init asked · 64 wrong usage or settings · 69 no server answers · 130 interrupted.
            """,
        version: RoostVersion.current,
        subcommands: [
            EngineGuardCommand.self
        ],
        groupedSubcommands: [
            CommandGroup(
                name: "Models",
                subcommands: [
                    RunCommand.self, ChatCommand.self, PullCommand.self, ModelsListCommand.self, PsCommand.self, StopCommand.self,
                    ModelsShowCommand.self, ModelsRemoveCommand.self, CopyCommand.self, CreateCommand.self, EmbedCommand.self, LoadCommand.self,
                    UnloadCommand.self,
                    FitCommand.self,
                    TuneCommand.self, AliasCommand.self, ImportCommand.self, ModelsCommand.self,
                ]),
            CommandGroup(name: "Pulls", subcommands: [JobsCommand.self, BandwidthCommand.self]),
            CommandGroup(
                name: "The server",
                subcommands: [
                    ServeCommand.self, ServiceCommand.self, LogsCommand.self, ConfigCommand.self, KeysCommand.self, UsageCommand.self,
                    AuditCommand.self, DatabaseCommand.self, HubCommand.self, BenchCommand.self, UpdateEngineCommand.self, DoctorCommand.self,
                    VersionCommand.self,
                ]),
            CommandGroup(name: "Other programs", subcommands: [LaunchCommand.self]),
        ])

    static func main() async {
        do {
            // A guard must not leave the main thread: others block the signals that end an engine, and the engine inherits that.
            let words = OtherSpelling.translated(CommandLine.arguments.dropFirst())
            let isGuard = words.first == EngineGuardCommand._commandName
            var command = isGuard ? try parseAsRoot(words) : try await asyncParseAsRoot(words)
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch {
            // ArgumentParser only tells that the word was not expected.
            guard exitCode(for: error) == .validationFailure else { end(with: error) }
            let words = CommandLine.arguments.dropFirst()
            end(with: UnknownCommand(words)?.error ?? OtherSpelling.error(words, message: message(for: error)) ?? error)
        }
    }

    /// Prints an error, as JSON with `--json`, and exits.
    private static func end(with error: any Error) -> Never {
        let isJSON = CommandLine.arguments.prefix { $0 != "--" }.contains("--json")
        if let error = error as? RoostError {
            let problem = CommandProblem(error)
            if isJSON { Terminal.printError(problem.json) } else { Terminal.printFailure(error.message) }
            exit(withError: ExitCode(problem.exitCode))
        }
        let code = exitCode(for: error)
        // An exit code alone has no message, and help is not an error.
        guard isJSON, !code.isSuccess, !(error is ExitCode) else { exit(withError: error) }
        let isUsage = code == .validationFailure
        let problem = CommandProblem(
            code: isUsage ? .invalidRequest : .unexpected, detail: message(for: error), field: nil, exitCode: code.rawValue)
        Terminal.printError(problem.json)
        exit(withError: code)
    }
}
