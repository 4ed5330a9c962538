import ArgumentParser
import RoostAPI
import RoostCore

/// `roost models gc`.
struct ModelsCollectCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gc", abstract: "Remove unused content from the Hub cache.",
        discussion: """
            Removes unlinked content and the rests of old unfinished downloads. Files that are being fetched are kept, also those of a \
            Python process, and so is everything of a model whose pull is not finished.
            """)

    @Flag(help: "Only show what would be removed.")
    var dryRun = false
    @Flag(help: "Remove commits without a branch or tag too.")
    var revisions = false
    @Option(help: "The minimum age in hours of unfinished downloads to remove, since their last write.")
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
    /// A line for each item that is removed or kept, and a summary.
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
