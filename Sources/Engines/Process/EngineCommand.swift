import Foundation
import RoostCore
import SystemPackage

/// The command line and environment of one engine.
struct EngineCommand: Sendable {
    /// The guard's executable, by path, or by name to be found along `PATH`.
    let executable: String
    /// The guard's arguments, `--`, then the engine and its own.
    let arguments: [String]
    /// Variables to set, or with `nil` to remove, in the engine's environment.
    let environment: [String: String?]

    init(_ configuration: EngineConfiguration, executable llamaServer: FilePath, entry: ModelEntry, socket: FilePath, arguments more: [String] = []) {
        executable = configuration.guardCommand.first ?? ""
        var engine = [llamaServer.string, "--model", entry.modelFile.string, "--host", socket.string]
        engine += ["--alias", entry.reference.description, "--ctx-size", String(configuration.contextLength)]
        // Chat templates on; no web page; no network: the engine serves this one file.
        engine += ["--jinja", "--no-webui", "--offline"]
        if let threads = configuration.threads { engine += ["--threads", String(threads)] }
        arguments = Array(configuration.guardCommand.dropFirst()) + ["--"] + engine + more + configuration.extraArguments
        environment = Self.environment(from: ProcessInfo.processInfo.environment)
    }

    /// The engine inherits what GPU drivers and loaders need, but no credential and no variable that would change its command line.
    static func environment(from inherited: [String: String]) -> [String: String?] {
        var changes: [String: String?] = [:]
        for name in inherited.keys where isKeptBack(name) { changes.updateValue(nil, forKey: name) }
        // OpenMP's spinning threads collapse when cores are shared; a backtrace of an abort() starts a debugger where one is installed.
        changes["OMP_WAIT_POLICY"] = "passive"
        changes["GGML_NO_BACKTRACE"] = "1"
        return changes
    }

    private static func isKeptBack(_ name: String) -> Bool {
        let name = name.uppercased()
        return ["TOKEN", "SECRET", "PASSWORD", "API_KEY"].contains { name.contains($0) } || name.hasPrefix("LLAMA_ARG_") || name.hasPrefix("ROOST_")
    }
}
