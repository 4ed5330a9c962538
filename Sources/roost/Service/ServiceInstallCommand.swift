import ArgumentParser
import DurableFiles
import Foundation
import RoostClient
import RoostCore
import RoostServer
import SystemPackage

/// `roost service install`.
struct ServiceInstallCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "install", abstract: "Install the server as a service, start it now and after every boot or log-in.",
        discussion: """
            The service gets ROOST_CONFIG, ROOST_LLAMA_SERVER and HF_ENDPOINT of this environment, one of this user also ROOST_HOME, HF_HOME, HF_HUB_CACHE and \
            XDG_CACHE_HOME, and its other settings from config.json. Without ROOST_LLAMA_SERVER and the setting llama_server it gets a llama-server on PATH, because a \
            service has another PATH. Secrets are not copied into the file. A file that a person or a package wrote is not overwritten, and a second service is refused.
            """)

    @Flag(name: .customLong("print"), help: "Only print the file.")
    var prints = false
    @OptionGroup var options: ServiceOptions

    /// Variables with paths that the server needs to find its files.
    private static let paths = ["ROOST_CONFIG", "ROOST_LLAMA_SERVER"]
    /// Those of a service of a user, too; a service of the machine has its own folder.
    private static let folders = ["ROOST_HOME", "HF_HOME", "HF_HUB_CACHE", "XDG_CACHE_HOME"]

    func run() async throws {
        let service = try options.service()
        let variables = await variables(of: service)
        let unit = ServiceUnit(command: try command(), variables: variables)
        let environment = ProcessInfo.processInfo.environment
        let text = service.manager == .systemd ? unit.systemd(isSystem: service.isSystem) : unit.launchd(log: ServiceLog.file(environment))
        if prints { return Terminal.write(text) }
        if service.isSystem { try refuseHidden([unit.command] + Self.paths.compactMap { variables[$0] }) }
        // Wrong settings would only be seen in the log of a service that does not start.
        let own = variables.merging(environment.filter { $0.key == "HOME" }) { first, _ in first }
        _ = try await ServerSettings.load(flags: .init(), environment: own)
        try service.requireManager()
        try await refuseOthers(service, own)
        try FileSystem.makeFolder(service.file.removingLastComponent())
        try PrivateFile.write(Array(text.utf8), to: service.file, permissions: FilePermissions(rawValue: 0o644))
        try await start(service)
        try await awaitRunning(service)
        try report(service)
    }

    /// The path of this command: the one on `PATH`, if it is this one, because a package manager's link outlives an update.
    private func command() throws -> String {
        guard let path = Bundle.main.executablePath else {
            throw RoostError(.unexpected, "The system does not provide the path of the roost command; start it by its full path.")
        }
        let own = URL(fileURLWithPath: path)
        if let onPath = Program.path(of: "roost"),
            URL(fileURLWithPath: onPath).resolvingSymlinksInPath().path == own.resolvingSymlinksInPath().path
        {
            return onPath
        }
        return own.standardizedFileURL.path
    }

    /// The variables of the service, with absolute paths: the server starts in another folder.
    private func variables(of service: Service) async -> [String: String] {
        let environment = ProcessInfo.processInfo.environment.filter { !$0.value.isEmpty }
        var variables = environment.filter { $0.key == "HF_ENDPOINT" }
        for name in Self.paths + (service.isSystem ? [] : Self.folders) {
            variables[name] = environment[name].map { URL(fileURLWithPath: $0).standardizedFileURL.path }
        }
        if service.isSystem {
            variables["ROOST_HOME"] = "/var/lib/roost"
            variables["HF_HOME"] = "/var/lib/roost/huggingface"
        }
        if variables["ROOST_LLAMA_SERVER"] == nil { variables["ROOST_LLAMA_SERVER"] = await engineOnPath(variables) }
        return variables
    }

    /// Returns the engine on `PATH` where config.json names none. Those that Roost built or a package brought are not written into the file: the
    /// server finds them itself, also newer ones.
    private func engineOnPath(_ variables: [String: String]) async -> String? {
        let home = ProcessInfo.processInfo.environment.filter { $0.key == "HOME" }
        // Wrong settings are an error of the installation; --print has no use for them.
        let settings = try? await ServerSettings.load(flags: .init(), environment: variables.merging(home) { first, _ in first })
        return settings?.llamaServer == nil ? Program.path(of: "llama-server") : nil
    }

    /// Refuses files in homes, which the confinement of a service of the machine hides.
    private func refuseHidden(_ paths: [String]) throws {
        for path in paths {
            let real = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
            guard ["/home/", "/root/", "/run/user/"].contains(where: { real.hasPrefix($0) || path.hasPrefix($0) }) else { continue }
            throw RoostError(
                .invalidRequest,
                "\(path) is in the home of a user, which a service of the machine cannot see. Put it elsewhere, such as below /usr/local, or install a service of this user without --system.",
                field: "system")
        }
    }

    /// Refuses a service beside another one, or beside a server that runs on its port.
    private func refuseOthers(_ service: Service, _ environment: [String: String]) async throws {
        guard !service.isInstalled || service.isOurs else {
            throw RoostError(
                .conflict,
                "\(service.file) was not written by this command and stays as it is. Start it with systemctl, or move it away and install again; --print shows what would be written."
            )
        }
        let state = ServiceState(of: service)
        guard !state.installed || service.isInstalled else {
            throw RoostError(
                .conflict,
                "There is a service already, which \(state.file) describes: start it with systemctl, or remove it before you install another.")
        }
        guard service.isSystem || !ServiceLog.hasSystemService else {
            throw RoostError(
                .conflict,
                "This machine has a service already, which `roost service status --system` shows; a second one would have the same port. Remove it before you install another."
            )
        }
        // A service that runs is replaced.
        guard !state.isActive, let url = try? await ServerSettings.localURL(environment: environment), !(await isFree(url)) else { return }
        throw RoostError(
            .conflict, "A program answers at \(url) already: end it, or choose another port with `roost config set port N`, then install again.")
    }

    private func isFree(_ url: String) async -> Bool {
        do {
            _ = try await RoostClient(server: url).status()
            return false
        } catch {
            return (error as? RoostError)?.meansNoServer ?? false
        }
    }

    private func start(_ service: Service) async throws {
        let steps: [[String]] =
            switch service.manager {
            case .systemd: [["daemon-reload"], ["enable", "roost.service"], ["restart", "roost.service"]]
            case .launchd: [["bootstrap", "gui/\(getuid())", service.file.string]]
            }
        // One that is loaded already has to go first; otherwise there is nothing to end. A server may take as long as its ExitTimeOut.
        if service.manager == .launchd {
            let label = "gui/\(getuid())/dev.roost.server"
            _ = try service.control(["bootout", label])
            var waits = 0
            while waits < 80, try service.control(["print", label]).code == 0 {
                waits += 1
                try await Task.sleep(for: .milliseconds(500))
            }
        }
        for step in steps {
            let answer = try service.control(step)
            guard answer.code == 0 else {
                throw RoostError(
                    .conflict,
                    "The service is written to \(service.file), and \(service.manager.rawValue) refuses to \(step[0]) it: \(answer.output.firstLine) See `roost logs`, then install again."
                )
            }
        }
    }

    /// Waits until the service has run for three seconds: one with a wrong setting or a port in use ends right after its start.
    private func awaitRunning(_ service: Service) async throws {
        var state = ServiceState(of: service)
        var (looks, inARow) = (0, 0)
        while inARow < 6, looks < 20, state.state != "failed" {
            try await Task.sleep(for: .milliseconds(500))
            state = ServiceState(of: service)
            looks += 1
            inARow = state.isActive ? inARow + 1 : 0
        }
        guard inARow < 6 else { return }
        throw RoostError(
            .conflict,
            "The service is written to \(service.file) and started, but does not keep running: its state is \(state.state ?? "not known"). See `roost logs`, then install again."
        )
    }

    private func report(_ service: Service) throws {
        if options.json { return try JSONOutput.print(ServiceState(of: service)) }
        Terminal.print("The server runs as a service, as \(service.file) says. `roost service status` shows its state, `roost logs` its log.")
        if service.manager == .systemd, !service.isSystem {
            Terminal.print("It ends when you log out; `loginctl enable-linger` lets it run on.")
        }
    }
}
