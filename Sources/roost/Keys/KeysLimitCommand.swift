import Access
import ArgumentParser
import Foundation
import RoostCore

/// `roost keys limit`.
struct KeysLimitCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "limit", abstract: "Change the limits of a key.",
        discussion: """
            A limit is NAME=NUMBER, or NAME=none to remove it; disk_bytes takes sizes such as 200GB. Names: \
            \(KeyLimits.named.map(\.name).joined(separator: ", ")).
            """)

    @Argument(help: "The id of the key, or its name.")
    var key: String
    @Argument(help: "The changes, such as requests_per_minute=60 output_tokens_per_day=none.")
    var changes: [LimitChange]
    @OptionGroup var options: KeyOptions

    func run() async throws {
        let stored = try options.withStore { store in
            try store.limit(key) { limits in
                for change in changes { change.apply(to: &limits) }
            }
        }
        if options.json { return try JSONOutput.print(KeyView(stored)) }
        let limits = stored.limits.values.map { "\($0)=\($1)" }.sorted()
        Terminal.print("The key \(stored.id) (\(stored.name)) has \(limits.isEmpty ? "no limits" : limits.joined(separator: ", ")).")
    }
}

/// A change of a limit on the command line.
struct LimitChange: ExpressibleByArgument, Sendable {
    /// The largest limit.
    private static let most = 1 << 60

    private let name: String
    private let value: Int?

    /// Parses `NAME=NUMBER`, `NAME=SIZE` or `NAME=none`.
    init?(argument: String) {
        let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2, KeyLimits.named.contains(where: { $0.name == parts[0] }) else { return nil }
        name = parts[0]
        guard parts[1] != "none" else {
            value = nil
            return
        }
        let number = name == "disk_bytes" ? ByteCount(parsing: parts[1]).map { Int($0.bytes) } : Int(parts[1])
        guard let number, (0...Self.most).contains(number) else { return nil }
        value = number
    }

    func apply(to limits: inout KeyLimits) {
        for (name, path) in KeyLimits.named where name == self.name { limits[keyPath: path] = value }
    }
}
