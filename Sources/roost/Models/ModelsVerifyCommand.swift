import ArgumentParser
import RoostAPI
import RoostCore

/// `roost models verify`.
struct ModelsVerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify", abstract: "Hash every file of a model, or of all models, and compare.",
        discussion: "Exits 0 when all are correct, 1 when one is damaged or missing. `roost models repair` fetches such files again.")

    @Argument(help: "org/name, org/name:QUANT; with @REVISION for one revision. All models without it.")
    var model: String?
    @OptionGroup var options: ServerOptions

    func run() async throws {
        let selector = try model.map(ModelSelector.init(parsing:))
        let progress = VerifyReporter(isQuiet: options.json)
        let report = try await options.withModels { try await $0.verify(selector) { progress.show($0) } }
        progress.end()
        if options.json { try JSONOutput.print(report) } else { Terminal.print(report.summary) }
        guard report.sound else { throw ExitCode(1) }
    }
}

extension VerifyReport {
    /// A line for each fault, and a summary.
    var summary: String {
        var lines = findings.map { "\($0.message)\n  \($0.location)" }
        if !unchecked.isEmpty { lines.append("\(unchecked.count) files could not be checked: their digests are not recorded.") }
        let advice = "repair with `roost models repair`, or pull the model again"
        lines.append(
            sound ? "\(files) files, \(ByteCount(bytes)): all right." : "\(files) files, \(ByteCount(bytes)): \(findings.count) not right; \(advice)."
        )
        return lines.joined(separator: "\n")
    }
}
