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

    init(
        _ configuration: EngineConfiguration, executable llamaServer: FilePath, entry: ModelEntry, socket: FilePath, plan: EnginePlan,
        promptStep: Int?, memoryLimit: Int64? = nil, prompts: FilePath? = nil
    ) {
        executable = configuration.guardCommand.first ?? ""
        var engine = [llamaServer.string, "--model", entry.modelFile.string, "--host", socket.string, "--alias", entry.reference.description]
        engine += plan.arguments
        if let promptStep {
            let step = String(max(promptStep, plan.companions.leastStep))
            engine += ["--batch-size", step, "--ubatch-size", step]
            if plan.avoidsFlashAttention(promptStep: promptStep) { engine += ["--flash-attn", "off"] }
        }
        if let prompts { engine += ["--slot-save-path", prompts.string + "/"] }
        // Chat templates on; no web page; no network, because the engine serves only this file.
        engine += ["--jinja", "--no-webui", "--offline"]
        if let threads = configuration.threads ?? plan.tuning.threads { engine += ["--threads", String(threads)] }
        var options = ["--note", RuntimeDirectory.note(for: socket).string]
        if let memoryLimit { options += ["--memory-limit", String(memoryLimit)] }
        var environment = EngineEnvironment.ofThisProcess
        // An engine would give what it cannot decode as an image to ffprobe, if that is installed.
        if plan.companions.projector != nil { environment["LLAMA_ARG_VIDEO_FFMPEG_DIR"] = "/nonexistent" }
        // Without devices nothing has to fit into their memory, which an engine otherwise works out before it loads the model.
        // Builds that do not know the variable have no such step.
        if plan.attention != nil { environment["LLAMA_ARG_FIT"] = "off" }
        if let home = configuration.sandboxHome {
            let temporary = RuntimeDirectory.temporaryFolder(for: socket)
            // GPU drivers keep compiled programs in the caches.
            for name in ["HOME", "XDG_CACHE_HOME"] { environment[name] = home.string }
            environment["TMPDIR"] = temporary.string
            let sandbox = EngineSandbox(
                executable: llamaServer, model: [entry.snapshotPath] + entry.parts + plan.companions.files,
                writable: [temporary, home] + [prompts].compactMap(\.self),
                sockets: socket.removingLastComponent(), environment: environment)
            options += sandbox.arguments
        }
        arguments = Array(configuration.guardCommand.dropFirst()) + options + ["--"] + engine + configuration.extraArguments
        self.environment = environment
    }
}
