import ArgumentParser
import Foundation
import RoostCore
import SystemPackage

/// `roost logs`.
struct LogsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "logs", abstract: "Show the log of the service.",
        discussion: """
            Shows what systemd's journal, or the file that launchd writes, has of the service of `roost service install` or of a package. A server that was \
            started by hand writes its log to its own standard error.
            """)

    @Flag(name: .shortAndLong, help: "Go on with new lines as they come.")
    var follow = false
    @Option(name: [.customShort("n"), .long], help: "The number of last lines, 1 to 100000.")
    var lines = 200
    @Flag(help: "The service of the machine, and not of this user (systemd).")
    var system = false
    @Flag(help: "Print the journal's own JSON, an object on each line (systemd); an error is JSON too, on standard error.")
    var json = false

    func validate() throws {
        guard (1...100_000).contains(lines) else { throw ValidationError("--lines must be 1 to 100000; it is \(lines).") }
    }

    func run() async throws {
        let environment = ProcessInfo.processInfo.environment
        let user = try Service(isSystem: false)
        if user.manager == .launchd {
            let file = ServiceLog.file(of: user) ?? ServiceLog.file(environment).string
            guard FileManager.default.fileExists(atPath: file) else { throw nothing(user) }
            return try Program("tail").become(["-n", "\(lines)"] + (follow ? ["-F"] : []) + [file])
        }
        // Without a choice, the service that there is.
        let isSystem = system || (!user.isInstalled && ServiceLog.hasSystemService)
        guard isSystem || user.isInstalled else { throw nothing(user) }
        let words = (isSystem ? ["--unit"] : ["--user", "--user-unit"]) + ["roost.service", "--lines", "\(lines)"]
        try Program("journalctl").become(words + (follow ? ["--follow"] : ["--no-pager"]) + ["--output", json ? "json" : "short-iso"])
    }

    private func nothing(_ service: Service) -> RoostError {
        RoostError(
            .notFound,
            "There is no service whose log could be shown. A server that was started by hand writes its log to its own standard error (`roost serve 2>roost.log` keeps it); `roost service install` makes a service."
        )
    }
}

/// Where the log of the service is.
enum ServiceLog {
    /// The file that launchd writes.
    static func file(_ environment: [String: String]) -> FilePath { FilePath("\(environment["HOME"] ?? "/tmp")/Library/Logs/roost.log") }

    /// The file that the property list of a service names for launchd; `nil` when it names none.
    static func file(of service: Service) -> String? {
        guard let data = FileManager.default.contents(atPath: service.file.string),
            let list = try? PropertyListSerialization.propertyList(from: data, format: nil) as? [String: Any]
        else { return nil }
        return list["StandardErrorPath"] as? String
    }

    /// Whether the machine has a service for systemd, from this command or a package.
    static var hasSystemService: Bool {
        ["/etc/systemd/system", "/usr/lib/systemd/system", "/lib/systemd/system"].contains {
            FileManager.default.fileExists(atPath: $0 + "/roost.service")
        }
    }
}
