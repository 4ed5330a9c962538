import ArgumentParser
import Engines
import SystemPackage

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

    @Option(help: "A file or folder that the command may read and execute; without any of these three options, it may use all files.")
    var readable: [String] = []

    @Option(help: "A folder in which the command may change everything.")
    var writable: [String] = []

    @Option(help: "The folder in which the command may create sockets.")
    var sockets: String?

    @Option(help: "The most memory of the command's own in bytes (Linux).")
    var memoryLimit: UInt64?

    @Argument(parsing: .postTerminator, help: "The command to run, after `--`.")
    var command: [String] = []

    func run() throws {
        let sandbox = EngineSandbox(
            readable: readable.map { FilePath($0) }, writable: writable.map { FilePath($0) }, sockets: sockets.map { FilePath($0) })
        let isOpen = readable.isEmpty && writable.isEmpty && sockets == nil
        if let become, !command.isEmpty {
            throw ExitCode(EngineGuard.become(command, childOf: become, in: isOpen ? nil : sandbox, memoryLimit: memoryLimit))
        }
        let limits = sandbox.arguments + (memoryLimit.map { ["--memory-limit", "\($0)"] } ?? [])
        throw ExitCode(EngineGuard.run(command, note: note, becomingBy: [Self._commandName] + limits + ["--become"]))
    }
}
