import ArgumentParser
import Engines

/// Ends an engine together with Roost. The server starts it for every engine; it is not for users.
struct EngineGuardCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "engine-guard",
        abstract: "Run a command that ends when standard input closes.",
        shouldDisplay: false)

    @Option(help: "A file for the command's process id.")
    var note: String?

    @Option(help: "Run the command in this process, and end with the guard of this process id.")
    var become: Int32?

    @Argument(parsing: .postTerminator, help: "The command to run, after `--`.")
    var command: [String] = []

    func run() throws {
        if let become, !command.isEmpty { throw ExitCode(EngineGuard.become(command, childOf: become)) }
        throw ExitCode(EngineGuard.run(command, note: note, becomingBy: [Self._commandName, "--become"]))
    }
}
