import ArgumentParser
import Engines

/// Keeps an engine from outliving Roost; started by the server for every engine, never by a person.
struct EngineGuardCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "engine-guard",
        abstract: "Run a command that ends when standard input closes.",
        shouldDisplay: false)

    @Argument(parsing: .postTerminator, help: "The command to run, after `--`.")
    var command: [String] = []

    func run() throws {
        throw ExitCode(EngineGuard.run(command))
    }
}
