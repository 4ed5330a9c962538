import ArgumentParser
import DurableFiles
import Engines
import Foundation
import RoostCore
import RoostServer
import SystemPackage

/// `roost service install`.
struct ServiceInstallCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "install", abstract: "Install the server as a service, start it now and after every boot or log-in.",
        discussion: """
            The service gets ROOST_HOME, ROOST_CONFIG, ROOST_LLAMA_SERVER, HF_HOME, HF_HUB_CACHE and HF_ENDPOINT of this environment, and its other settings from \
            config.json. Secrets are not copied into the file. A file that a person or a package wrote is not overwritten.
            """)

    @Flag(name: .customLong("print"), help: "Only print the file.")
    var prints = false
    @OptionGroup var options: ServiceOptions

    /// Variables without secrets that the server needs to find its files.
    private static let copied = ["ROOST_HOME", "ROOST_CONFIG", "ROOST_LLAMA_SERVER", "HF_HOME", "HF_HUB_CACHE", "HF_ENDPOINT"]

    func run() async throws {
        let service = try options.service()
        let text = try text(for: service)
        if prints { return Terminal.write(text) }
        // Wrong settings would only be seen in the log of a service that does not start.
        _ = try await ServerSettings.load(flags: .init(), environment: ProcessInfo.processInfo.environment)
        try service.requireManager()
        guard !service.isInstalled || service.isOurs else {
            throw RoostError(
                .conflict,
                "\(service.file) was not written by this command and stays as it is. Start it with systemctl, or move it away and install again; --print shows what would be written."
            )
        }
        try FileSystem.makeFolder(service.file.removingLastComponent())
        try PrivateFile.write(Array(text.utf8), to: service.file, permissions: FilePermissions(rawValue: 0o644))
        try start(service)
        try report(service)
    }

    private func text(for service: Service) throws -> String {
        let environment = ProcessInfo.processInfo.environment
        guard let command = Bundle.main.executablePath else {
            throw RoostError(.unexpected, "The system does not provide the path of the roost command; start it by its full path.")
        }
        var variables = environment.filter { Self.copied.contains($0.key) && !$0.value.isEmpty }
        // A service has another PATH. Without an engine the server starts all the same, and says how to get one.
        if variables["ROOST_LLAMA_SERVER"] == nil { variables["ROOST_LLAMA_SERVER"] = try? EngineLocator.locate(environment: environment).string }
        let unit = ServiceUnit(command: URL(fileURLWithPath: command).standardizedFileURL.path, variables: variables)
        return service.manager == .systemd ? unit.systemd(isSystem: service.isSystem) : unit.launchd(log: ServiceLog.file(environment))
    }

    private func start(_ service: Service) throws {
        let steps: [[String]] =
            switch service.manager {
            case .systemd: [["daemon-reload"], ["enable", "roost.service"], ["restart", "roost.service"]]
            case .launchd: [["bootstrap", "gui/\(getuid())", service.file.string]]
            }
        // One that is loaded already has to go first; otherwise there is nothing to end.
        if service.manager == .launchd { _ = try service.control(["bootout", "gui/\(getuid())/dev.roost.server"]) }
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

    private func report(_ service: Service) throws {
        if options.json { return try JSONOutput.print(ServiceState(of: service)) }
        Terminal.print("The server runs as a service, as \(service.file) says. `roost service status` shows its state, `roost logs` its log.")
        if service.manager == .systemd, !service.isSystem {
            Terminal.print("It ends when you log out; `loginctl enable-linger` lets it run on.")
        }
    }
}
