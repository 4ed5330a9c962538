import Access
import ArgumentParser
import Foundation
import RoostCore

/// `roost keys list`.
struct KeysListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List the keys, without their secrets.", aliases: ["ls"])

    @OptionGroup var options: KeyOptions

    func run() async throws {
        let views = try options.withStore { try $0.keys() }.map { KeyView($0) }
        if options.json { return try JSONOutput.print(views) }
        guard !views.isEmpty else {
            return Terminal.print("There is no key: every program of this machine can use the server. `roost keys create` makes one.")
        }
        var table = TextTable(columns: [
            "ID", .name("NAME"), .name("OWNER"), "SCOPES", .prose("MODELS"), .prose("LIMITS"), "STATE", "EXPIRES", "LAST USED",
        ])
        for view in views {
            table.add([
                view.id, view.name, view.owner, view.scopes.joined(separator: ","), view.models.isEmpty ? "all" : view.models.joined(separator: ","),
                view.limits.isEmpty ? "-" : view.limits.map { "\($0)=\($1)" }.sorted().joined(separator: ","), view.state,
                Self.minute(view.expiresAt), Self.minute(view.lastUsedAt),
            ])
        }
        Terminal.print(table)
    }

    /// A time to the minute, which is as exact as the last use is known.
    private static func minute(_ time: Timestamp?) -> String { time.map { String($0.rawValue.prefix(16)) + "Z" } ?? "-" }
}
