import ArgumentParser
import DurableFiles
import Foundation
import RoostCore

/// `roost service uninstall`.
struct ServiceUninstallCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "uninstall", abstract: "Stop the service and remove it; models, jobs and settings stay.",
        discussion: "A file that a person or a package wrote is not removed.")

    @OptionGroup var options: ServiceOptions

    func run() async throws {
        let service = try options.service()
        guard service.isInstalled else {
            throw RoostError(.notFound, "There is no service to remove: \(service.file) does not exist.")
        }
        guard service.isOurs else {
            throw RoostError(
                .conflict,
                "\(service.file) was not written by this command and stays as it is. Remove it as it came: a package with its package manager, a file of your own by hand."
            )
        }
        try service.requireManager()
        let steps: [[String]] =
            service.manager == .systemd ? [["disable", "--now", "roost.service"]] : [["bootout", "gui/\(getuid())/dev.roost.server"]]
        for step in steps {
            let answer = try service.control(step)
            // launchd refuses to end what it has not loaded.
            guard answer.code == 0 || service.manager == .launchd else {
                throw RoostError(.conflict, "The service is not stopped: \(answer.output.firstLine) Try it with systemctl, then uninstall again.")
            }
        }
        try FileSystem.remove(service.file)
        if service.manager == .systemd { _ = try service.control(["daemon-reload"]) }
        if options.json { return try JSONOutput.print(ServiceState(of: service)) }
        Terminal.print("The service is removed. Its models, jobs and settings are where they were.")
    }
}
