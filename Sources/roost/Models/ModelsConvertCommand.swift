import ArgumentParser
import Foundation
import ModelLibrary
import RoostAPI
import RoostCore
import RoostServer

/// `roost models convert`.
struct ModelsConvertCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "convert", abstract: "Make a GGUF model from weights in the Hub cache.",
        discussion: """
            Needs neither server nor network, and may run beside a server. The weights are hashed first. A model that was made before, of the same commit by \
            the same recipe, is not made again. The next command continues the unfinished file of an interrupted one.
            """)

    @Argument(help: "org/name, or org/name:RECIPE such as org/name:Q4_K_M; with @REVISION for one revision.")
    var model: String
    @Option(help: "auto, q4, fp16 or no; also q4_0, q5, q6, q8 or bf16.")
    var quantize: QuantizationPolicy = .auto
    @Option(help: "The branch, tag or commit. Default: main.")
    var revision: String?
    @Flag(help: "Print JSON.")
    var json = false

    func run() async throws {
        var selector = try ModelSelector(parsing: model)
        if let revision { selector = try ModelSelector(selector.model, revision: revision) }
        let progress = VerifyReporter(isQuiet: json)
        let environment = ProcessInfo.processInfo.environment
        let settings = ConversionSettings(try await ServerSettings.load(flags: .init(), environment: environment), environment: environment)
        let models = try OfflineModels(environment: environment)
        let result = try await models.convert(selector, policy: quantize, settings: settings) { progress.show($0) }
        progress.end()
        if json { return try JSONOutput.print(result) }
        let size = ByteCount(result.sizeBytes)
        if result.wasMadeBefore {
            Terminal.print("\(result.model) was made of this commit before, \(size): \(result.path)")
        } else {
            Terminal.print(result.receipt.reason)
            for note in result.receipt.notes { Terminal.print("note: \(note)") }
            Terminal.print("\(result.model) is made, \(size): \(result.path)")
        }
    }
}
