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
    /// The state in the service manager's word, such as `active`; `nil` when it does not tell.
    @ExplicitNull var state: String?

    /// Asks the service manager.
    init(of service: Service) {
        manager = service.manager
        scope = service.isSystem ? "system" : "user"
        file = service.file.string
        installed = service.isInstalled
        switch service.manager {
        case .systemd:
            let answer = try? service.control(["show", "roost.service", "--property=ActiveState,UnitFileState"])
            let lines = answer.flatMap { $0.code == 0 ? $0.output : nil }?.split(whereSeparator: \.isNewline) ?? []
            let values = Dictionary(lines.compactMap(Self.pair)) { first, _ in first }
            state = values["ActiveState"]
            enabled = values["UnitFileState"].flatMap { $0.isEmpty ? nil : $0.hasPrefix("enabled") }
        case .launchd:
            let answer = try? service.control(["print", "gui/\(getuid())/dev.roost.server"])
            state = answer.map { $0.code == 0 ? "active" : "inactive" }
            enabled = answer.map { $0.code == 0 }
        }
    }

    /// Whether the server runs.
    var isActive: Bool { installed && state == "active" }

    private static func pair(_ line: Substring) -> (String, String)? {
        let parts = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        return parts.count == 2 ? (String(parts[0]), String(parts[1])) : nil
    }
}
