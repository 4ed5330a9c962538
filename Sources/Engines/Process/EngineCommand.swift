import ModelLibrary
import RoostCore
import SystemPackage

/// The command line and environment of one engine.
struct EngineCommand: Sendable {
    /// The guard's executable, as a path or as a name to find in `PATH`.
    let executable: String
    /// The guard's arguments, `--`, then the engine and its arguments.
    let arguments: [String]
    /// The complete environment of the guard and the engine.
    let environment: [String: String]

    init(_ configuration: EngineConfiguration, executable llamaServer: FilePath, entry: ModelEntry, socket: FilePath, plan: EnginePlan) {
        executable = configuration.guardCommand.first ?? ""
        var engine = [llamaServer.string, "--model", entry.modelFile.string, "--host", socket.string, "--alias", entry.reference.description]
        engine += plan.arguments
        // Chat templates on; no web page; no network, because the engine serves only this file.
        engine += ["--jinja", "--no-webui", "--offline"]
        if let threads = configuration.threads { engine += ["--threads", String(threads)] }
        let note = ["--note", RuntimeDirectory.note(for: socket).string]
        arguments = Array(configuration.guardCommand.dropFirst()) + note + ["--"] + engine + configuration.extraArguments
        environment = EngineEnvironment.ofThisProcess
    }
}
