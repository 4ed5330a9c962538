import Foundation
import RoostCore
import SystemPackage

/// The service that runs `roost serve`, for the service manager of this system.
struct Service {
    /// The line by which `roost service` knows a file that it wrote.
    static let mark = "Written by `roost service install`"

    /// The service manager.
    enum Manager: String, Encodable {
        case systemd, launchd
    }

    let manager: Manager
    /// Whether it is a service of the whole machine.
    let isSystem: Bool
    /// The file that describes the service.
    let file: FilePath

    /// Creates the value for this system.
    ///
    /// - Throws: `RoostError` with code `invalidConfiguration` when the user's folder is not known, `invalidRequest` for a service of the machine
    ///   where only users have services.
    init(isSystem: Bool, environment: [String: String] = ProcessInfo.processInfo.environment) throws {
        self.isSystem = isSystem
        #if os(macOS)
            manager = .launchd
        #else
            manager = .systemd
        #endif
        guard !isSystem || manager == .systemd else {
            throw RoostError(.invalidRequest, "--system is for systemd; with launchd Roost makes a service of this user only.", field: "system")
        }
        if isSystem {
            file = "/etc/systemd/system/roost.service"
            return
        }
        guard let home = environment["HOME"], home.hasPrefix("/") else {
            throw RoostError(.invalidConfiguration, "HOME is not set, so the folder of this user's services is not known; set it.")
        }
        let configuration = environment["XDG_CONFIG_HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil } ?? home + "/.config"
        file = FilePath(manager == .launchd ? home + "/Library/LaunchAgents/dev.roost.server.plist" : configuration + "/systemd/user/roost.service")
    }

    /// Whether the file is there.
    var isInstalled: Bool { FileManager.default.fileExists(atPath: file.string) }

    /// Whether the file was written by this command and not by a person or a package.
    var isOurs: Bool { (try? String(contentsOfFile: file.string, encoding: .utf8))?.contains(Self.mark) ?? false }

    /// Runs the program of the service manager.
    ///
    /// - Parameter words: Its arguments; `--user` is added for a user's service.
    /// - Returns: Its exit code, and what it printed.
    /// - Throws: `RoostError` with code `notFound` when there is no such program.
    func control(_ words: [String]) throws -> (code: Int32, output: String) {
        switch manager {
        case .systemd: try Program("systemctl").run((isSystem ? [] : ["--user"]) + words)
        case .launchd: try Program("launchctl").run(words)
        }
    }

    /// Checks that the service manager answers.
    ///
    /// - Throws: `RoostError` with code `conflict` and its own words.
    func requireManager() throws {
        guard manager == .systemd else { return }
        let answer: (code: Int32, output: String)
        do {
            answer = try control(["show-environment"])
        } catch let error as RoostError where error.code == .notFound {
            throw RoostError(
                .conflict, "This machine has no systemd (there is no systemctl): let its own service manager run `roost serve`, or start it by hand.")
        }
        guard answer.code != 0 else { return }
        let advice =
            isSystem
            ? "Without systemd, let the machine's own service manager run `roost serve`."
            : "Log in as this user itself (not by su or sudo), or install a service of the machine with `sudo roost service install --system`; without systemd, start `roost serve` by hand."
        throw RoostError(.conflict, "systemd does not answer: \(answer.output.firstLine) \(advice)")
    }
}

extension String {
    /// The first line of what a program printed, ended by a full stop.
    var firstLine: String {
        let line = String((split(whereSeparator: \.isNewline).first ?? "there was no reason").prefix(300))
        return line.hasSuffix(".") ? line : line + "."
    }
}
