import ArgumentParser
import RoostCore

/// `roost models gc`.
struct ModelsCollectCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gc", abstract: "Remove from the Hub cache what no model needs.",
        discussion: """
            Goes: content that no snapshot links to, and what downloads left that ended long ago. What is being fetched stays, also when that is by a \
            Python process, and so does everything of a model whose pull is not finished.
            """)

    @Flag(help: "Only say what would go.")
    var dryRun = false
    @Flag(help: "Remove commits, too, that no branch or tag names any more.")
    var revisions = false
    @Option(help: "How many hours an unfinished download must have rested.")
    var olderThan: Double = 24
    @OptionGroup var options: ServerOptions

    func validate() throws {
        guard (0...87_600).contains(olderThan) else { throw ValidationError("--older-than takes 0 to 87600 hours.") }
    }

    func run() async throws {
        let cleanup = try await options.withModels {
            try await $0.collect(isDryRun: dryRun, includesRevisions: revisions, minimumAge: olderThan * 3600)
        }
        if options.json { try JSONOutput.print(cleanup) } else { Terminal.print(cleanup.summary) }
    }
}

extension CacheCleanup {
    /// A line for each thing that goes or stays, and one about all.
    var summary: String {
        var lines: [String] = []
        if !removed.isEmpty {
            var table = TextTable(columns: ["WHAT", "SIZE", .name("PATH")])
            for item in removed { table.add([item.kind.rawValue, ByteCount(item.bytes).description, item.path]) }
            lines.append(table.description)
        }
        lines += kept.map { "stays: \($0.path): \($0.reason)" }
        let verb = isDryRun ? "would be freed" : "freed"
        lines.append(removed.isEmpty ? "Nothing to remove." : "\(freedBytes) bytes (\(ByteCount(freedBytes))) \(verb).")
        return lines.joined(separator: "\n")
    }
}
