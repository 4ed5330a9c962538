import ArgumentParser
import Engines

/// Keeps an engine from outliving Roost; started by the server for every engine, never by a person.
struct EngineGuardCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "engine-guard",
        abstract: "Run a command that ends when standard input closes.",
        shouldDisplay: false)

    @Option(help: "A file for the command's process id.")
    var note: String?

    @Option(help: "Do not guard the command but become it, and end with the guard of this process id.")
    var become: Int32?

    @Argument(parsing: .postTerminator, help: "The command to run, after `--`.")
    var command: [String] = []

    func run() throws {
        if let become, !command.isEmpty { throw ExitCode(EngineGuard.become(command, childOf: become)) }
        throw ExitCode(EngineGuard.run(command, note: note, becomingBy: [Self._commandName, "--become"]))
    }
}
