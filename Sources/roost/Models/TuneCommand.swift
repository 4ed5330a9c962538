import ArgumentParser
import Foundation
import RoostAPI
import RoostClient
import RoostCore

/// `roost tune`.
struct TuneCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tune", abstract: "Measure which options of the engine are fastest for a model on the server's machine, and use them.",
        discussion: """
            Takes a minute at most, and needs the machine for itself: it is refused while a model is in use, and a request that comes ends it, without a result. \
            What is not clearly better than the defaults is not used. The result counts from the next load on, until the model's file, the engine or the machine changes.
            """)

    @Argument(help: "org/name:QUANT.", completion: .models)
    var model: String
    @Option(help: "The seconds that it may take, 10 to 60.")
    var seconds = 60
    @Flag(help: "Whether the context may be kept in eight bits instead of sixteen. That saves memory and changes answers.")
    var allowQuantizedCache = false
    @Flag(help: "Forget the result, and use the defaults again.")
    var reset = false
    @OptionGroup var options: ServerOptions

    func validate() throws {
        guard (10...60).contains(seconds) else { throw ValidationError("--seconds must be 10 to 60; it is \(seconds).") }
        guard !reset || (seconds == 60 && !allowQuantizedCache) else { throw ValidationError("--reset measures nothing, so it has no other option.") }
    }

    func run() async throws {
        let reference = try ModelReference(parsing: model)
        let client = try await options.client()
        if reset {
            let answer = try await client.untune(reference)
            if options.json { return try JSONOutput.print(answer) }
            return Terminal.print("\(answer.model) \(answer.forgotten ? "has the defaults again." : "had no calibration on this machine.")")
        }
        let progress = VerifyReporter(isQuiet: options.json)
        let report = try await client.tune(reference, seconds: seconds, allowsQuantizedCache: allowQuantizedCache) { progress.show($0) }
        progress.end()
        if options.json { try JSONOutput.print(report) } else { Terminal.print(report.text) }
    }
}

extension TuneReport {
    /// A table of what was measured, and the gain.
    var text: String {
        var table = TextTable(columns: ["CHANGE", "PROMPT/S", "ONE/S", "EIGHT/S", "USED", "GAIN", .prose("RESULT")])
        table.add(["the defaults"] + cells(before) + ["", ""])
        for change in changes {
            table.add([change.change] + cells(change.figures) + [change.gain.map(Self.percent) ?? "-", change.reason])
        }
        var lines = ["\(table)"]
        if untried > 0 { lines.append("There was no time for \(untried) more.") }
        lines.append(improved ? gainText : "Nothing is clearly better than the defaults, which stay.")
        lines.append("From its next load on: \(tuning.text)")
        return (lines + [note].compactMap(\.self)).joined(separator: "\n")
    }

    /// The figures before and after.
    private var gainText: String {
        let speeds = [
            ("prompts", before.prompt, after.prompt), ("one request", before.single, after.single),
            ("eight at once", before.several, after.several),
        ].map { String(format: "\($0.0) %.1f → %.1f tokens/s", $0.1, $0.2) }
        let memory = "memory \(ByteCount(neededBefore)) → \(ByteCount(neededAfter))"
        return "\(model) gains \(Self.percent(tuning.gain ?? 1)): \((speeds + [memory]).joined(separator: ", "))."
    }

    private func cells(_ figures: Figures?) -> [String] {
        guard let figures else { return ["-", "-", "-", "-"] }
        return [figures.prompt, figures.single, figures.several].map { String(format: "%.1f", $0) }
            + [figures.usedBytes.map { ByteCount($0).description } ?? "-"]
    }

    private static func percent(_ ratio: Double) -> String { String(format: "%+.1f %%", (ratio - 1) * 100) }
}

extension ModelTuning {
    /// The options on one line, each with the source of its value.
    var text: String {
        let texts = options.map { "\($0.name.replacing("_", with: " ")) \($0.value)\($0.source == "default" ? "" : " (\($0.source))")" }
        return texts.joined(separator: ", ") + (calibratedAt.map { "; calibrated \($0)" } ?? "; not calibrated")
    }
}
