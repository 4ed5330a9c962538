import Foundation
import RoostCore
import SystemPackage

/// The state of the service, as `roost service --json` prints it.
struct ServiceState: Encodable {
    let manager: Service.Manager
    let scope: String
    let file: String
    let installed: Bool
    /// Whether the service manager starts it by itself; `nil` when it does not tell.
    @ExplicitNull var enabled: Bool?
    /// The state in systemd's words, such as `active`, otherwise in those of the service manager; `nil` when it does not tell.
    @ExplicitNull var state: String?

    /// Asks the service manager.
    init(of service: Service) {
        manager = service.manager
        scope = service.isSystem ? "system" : "user"
        switch service.manager {
        case .systemd:
            let answer = try? service.control(["show", "roost.service", "--property=ActiveState,UnitFileState,LoadState,FragmentPath"])
            let lines = answer.flatMap { $0.code == 0 ? $0.output : nil }?.split(whereSeparator: \.isNewline) ?? []
            let values = Dictionary(lines.compactMap(Self.pair)) { first, _ in first }
            // A package has its unit in another folder.
            let other = values["FragmentPath"].flatMap { $0.isEmpty || values["LoadState"] != "loaded" ? nil : $0 }
            file = other ?? service.file.string
            installed = other != nil || service.isInstalled
            state = values["ActiveState"]
            enabled = values["UnitFileState"].flatMap { $0.isEmpty ? nil : $0.hasPrefix("enabled") }
        case .launchd:
            let answer = try? service.control(["print", "gui/\(getuid())/dev.roost.server"])
            file = service.file.string
            installed = service.isInstalled
            state = answer.map { $0.code == 0 ? Self.launchdState($0.output) : "inactive" }
            enabled = answer.map { $0.code == 0 }
        }
    }

    /// Whether the server runs.
    var isActive: Bool { installed && state == "active" }

    /// The state in what `launchctl print` shows of a service that is loaded: it may wait for its next start.
    private static func launchdState(_ output: String) -> String {
        let word = output.firstMatch(of: /(?m)^\s*state = (.+)$/).map { String($0.1) }
        return word == "running" ? "active" : word ?? "unknown"
    }

    private static func pair(_ line: Substring) -> (String, String)? {
        let parts = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        return parts.count == 2 ? (String(parts[0]), String(parts[1])) : nil
    }
}
