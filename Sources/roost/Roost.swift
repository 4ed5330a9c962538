import ArgumentParser
import RoostCore

/// The command line of Roost. Commands are thin: they talk to a running server, or start one.
@main
struct Roost: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "roost",
        abstract: "A private AI inference server: pull models as durable jobs, run them on your own machine.",
        discussion: """
            Start the server with `roost serve`; every other command talks to it.

            Exit codes: 0 done · 1 failed · 64 wrong usage · 69 no server answers · 130 interrupted.
            """,
        version: RoostVersion.current,
        subcommands: [
            ServeCommand.self, PullCommand.self, JobsCommand.self, ModelsCommand.self, UnloadCommand.self, ChatCommand.self, HubCommand.self,
            BandwidthCommand.self, DatabaseCommand.self, DoctorCommand.self,
            EngineGuardCommand.self,
        ])

    static func main() async {
        do {
            var command = try parseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch let error as RoostError {
            Terminal.printError("roost: \(error.message)")
            exit(withError: ExitCode(exitCode(for: error)))
        } catch {
            exit(withError: error)
        }
    }

    /// 64 is EX_USAGE and 69 EX_UNAVAILABLE of sysexits.h.
    private static func exitCode(for error: RoostError) -> Int32 {
        switch error.code {
        case .serverUnreachable: 69
        case .invalidRequest, .invalidConfiguration: 64
        default: 1
        }
    }
}
