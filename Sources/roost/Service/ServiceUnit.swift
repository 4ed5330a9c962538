import Foundation
import SystemPackage

/// The text of the file that describes the service.
struct ServiceUnit {
    /// The absolute path of the command.
    let command: String
    /// The variables of the server, by name.
    let variables: [String: String]

    /// A unit for systemd.
    ///
    /// - Parameter isSystem: Whether it is one of the machine, which has a user of its own for the time that it runs; otherwise it is one of a
    ///   user, and has the user's files.
    /// - Returns: The text.
    func systemd(isSystem: Bool) -> String {
        let environment = variables.sorted { $0.key < $1.key }.map { "Environment=\(Self.quoted("\($0.key)=\($0.value)"))" }
        let own = isSystem ? ["DynamicUser=yes", "StateDirectory=roost", "StateDirectoryMode=0700", "EnvironmentFile=-/etc/roost/environment"] : []
        let confinement = isSystem ? Self.confinement + Self.systemConfinement : Self.confinement
        let lines =
            [
                "# \(Service.mark); change it with `systemctl \(isSystem ? "" : "--user ")edit roost`, which keeps this file.",
                "[Unit]", "Description=Roost inference server", "Documentation=man:roost(1)",
            ] + (isSystem ? ["After=network-online.target", "Wants=network-online.target"] : []) + ["", "[Service]"] + own + environment + [
                "ExecStart=\(Self.quoted(command, isCommand: true)) serve", "Restart=on-failure", "RestartSec=2",
                "# Wrong settings do not go away by themselves.", "RestartPreventExitStatus=64",
                "# The server lets answers and downloads end, which takes 30 seconds at most, and ends its engines itself.", "KillMode=mixed",
                "TimeoutStopSec=40", "# The server replaces an engine that the kernel ends for lack of memory.", "OOMPolicy=continue",
                "# Copies of the memory would contain conversations.", "LimitCORE=0", "UMask=0077",
            ] + confinement + ["", "[Install]", "WantedBy=\(isSystem ? "multi-user" : "default").target", ""]
        return lines.joined(separator: "\n")
    }

    /// What a manager without privileges can do too.
    private static let confinement = [
        "NoNewPrivileges=yes", "LockPersonality=yes", "RestrictRealtime=yes", "RestrictSUIDSGID=yes",
        "RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6", "SystemCallArchitectures=native",
    ]

    private static let systemConfinement = [
        "CapabilityBoundingSet=", "ProtectSystem=strict", "ProtectHome=yes", "PrivateTmp=yes", "ProtectProc=invisible", "ProtectClock=yes",
        "ProtectHostname=yes", "ProtectKernelLogs=yes", "ProtectKernelModules=yes", "ProtectKernelTunables=yes", "ProtectControlGroups=yes",
        "RestrictNamespaces=yes", "RemoveIPC=yes",
        "# Landlock, with which the server confines its engines, is not in the group on every version of systemd.",
        "SystemCallFilter=@system-service landlock_create_ruleset landlock_add_rule landlock_restrict_self", "SystemCallErrorNumber=EPERM",
    ]

    /// Returns a word of a unit, by systemd's rules of quoting; in a command `$` has a meaning too.
    private static func quoted(_ word: String, isCommand: Bool = false) -> String {
        let escaped = word.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("%", with: "%%")
        return "\"\(isCommand ? escaped.replacing("$", with: "$$") : escaped)\""
    }

    /// A property list for launchd.
    ///
    /// - Parameter log: The file of the log.
    /// - Returns: The text.
    func launchd(log: FilePath) -> String {
        let environment = variables.sorted { $0.key < $1.key }.map { "<key>\(Self.escaped($0.key))</key><string>\(Self.escaped($0.value))</string>" }
        return """
            <?xml version="1.0" encoding="UTF-8"?>
            <!-- \(Service.mark) -->
            <!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
            <plist version="1.0">
            <dict>
                <key>Label</key><string>dev.roost.server</string>
                <key>ProgramArguments</key><array><string>\(Self.escaped(command))</string><string>serve</string></array>
                <key>EnvironmentVariables</key><dict>\(environment.joined())</dict>
                <key>RunAtLoad</key><true/>
                <key>KeepAlive</key><dict><key>SuccessfulExit</key><false/></dict>
                <key>ExitTimeOut</key><integer>40</integer>
                <key>Umask</key><integer>63</integer>
                <key>StandardErrorPath</key><string>\(Self.escaped(log.string))</string>
            </dict>
            </plist>

            """
    }

    private static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
    }
}
