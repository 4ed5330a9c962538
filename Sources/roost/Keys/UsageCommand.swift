import ArgumentParser
import RoostAPI
import RoostClient
import RoostCore

/// `roost usage`.
struct UsageCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "usage", abstract: "Show what keys have used: requests and tokens by day and model.",
        discussion: "With an admin's key, or on a server without keys, all keys; otherwise that of ROOST_API_KEY. Days are those of UTC.")

    @Option(help: "Only this key's, by its id.")
    var key: String?
    @Option(help: "Only this model's.")
    var model: String?
    @Option(help: "Only this day's and later ones, such as 2026-01-31.")
    var from: String?
    @Option(help: "Only this day's and earlier ones.")
    var to: String?
    @Option(help: "The most rows, 1 to 10000.")
    var limit = 1000
    @OptionGroup var options: ServerOptions

    func run() async throws {
        let report = try await options.client().usage(key: key, model: model, from: from, to: to, limit: limit)
        if options.json { return try JSONOutput.print(report) }
        var table = TextTable(columns: ["DAY", "KEY", .name("MODEL"), "REQUESTS", "ERRORS", "PROMPT", "CACHED", "GENERATED"])
        for row in report.usage { table.add([row.day, row.key, row.model] + Self.cells(row.counts)) }
        table.add(["total", "", ""] + Self.cells(report.total))
        Terminal.print(table)
    }

    private static func cells(_ counts: UsageReport.Counts) -> [String] {
        [counts.requests, counts.errors, counts.promptTokens, counts.cachedTokens, counts.generatedTokens].map(String.init)
    }
}
