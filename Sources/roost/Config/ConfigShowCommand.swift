import ArgumentParser
import RoostCore
import RoostServer

/// `roost config show`.
struct ConfigShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show the settings, and where each value comes from.",
        discussion: """
            A value comes from the environment, otherwise from config.json, otherwise it is the default; a flag of `roost serve` would come before all of them. A server that runs has the \
            values of its start. Secrets are not shown. With --json an array of `key`, `value`, `source`, `place`.
            """)

    @Argument(help: "Only this setting.", completion: .settings)
    var key: String?
    @Flag(help: "Only what is not the default.")
    var changed = false
    @OptionGroup var options: ConfigOptions

    func run() async throws {
        var reports = try await SettingReport.all(flags: options.flags, environment: options.environment)
        if let key {
            reports = reports.filter { $0.key == key }
            guard !reports.isEmpty else { throw Setting.unknown(key) }
        }
        if changed { reports.removeAll { $0.source == .byDefault } }
        if options.json { return try JSONOutput.print(reports) }
        guard !reports.isEmpty else { return Terminal.print("Every setting has its default.") }
        var table = TextTable(columns: ["SETTING", .prose("VALUE"), .name("FROM")])
        for report in reports { table.add([report.key, report.value, report.place ?? "default"]) }
        Terminal.print(table)
    }
}
