import ArgumentParser
import RoostAPI
import RoostClient
import RoostCore

/// `roost fit`.
struct FitCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fit", abstract: "Show whether a model fits into the server's memory, and what it needs.",
        discussion: "Exits 0 when the model can be loaded, if necessary after others were taken out of memory, and 1 when it cannot.")

    @Argument(help: "org/name:QUANT.", completion: .models)
    var model: String
    @OptionGroup var options: ServerOptions

    func run() async throws {
        let fit = try await options.client().fit(ModelReference(parsing: model))
        if options.json { try JSONOutput.print(fit) } else { show(fit) }
        if fit.answer == "never" { throw ExitCode(1) }
    }

    private func show(_ fit: ModelFit) {
        Terminal.print("\(fit.model) \(answer(fit))")
        let requests = fit.context.slots == 1 ? "one request at a time" : "each of \(fit.context.slots) requests at once"
        Terminal.print("context    \(fit.context.length) tokens for \(requests): \(fit.context.reason)")
        var table = TextTable(columns: ["BYTES", .name("FOR")])
        let parts = [
            (fit.parts.weights, "the weights"), (fit.parts.context, "the context"), (fit.parts.compute, "computing, and the program"),
            (fit.parts.promptCache, "the prompt cache, at most"), (fit.parts.margin, "safety"), (fit.neededBytes, "all together"),
        ]
        for part in parts { table.add([ByteCount(part.0).description, part.1]) }
        if let used = fit.usedBefore { table.add([ByteCount(used).description, "what an engine used before, at most"]) }
        Terminal.print(table)
        Terminal.print("available  \(ByteCount(fit.freeBytes)) now, \(ByteCount(fit.usableBytes)) for this model")
        for device in fit.devices {
            Terminal.print("device     \(device.name): \(device.description), \(ByteCount(device.freeBytes)) of \(ByteCount(device.totalBytes)) free")
        }
        if let layers = fit.layers, let placed = fit.deviceLayers { Terminal.print("layers     \(placed) of \(layers) on devices") }
    }

    private func answer(_ fit: ModelFit) -> String {
        let others = fit.evicts.joined(separator: ", ")
        return switch fit.answer {
        case "loaded": "is in memory."
        case "fits": "fits into the memory."
        case "after_eviction": "fits when \(others) is taken out of memory."
        case "after_requests": "fits when \(others.isEmpty ? "others have" : "\(others) has") answered the present requests."
        default: "does not fit. Use a smaller quantisation or model, or a smaller context_length, or free memory."
        }
    }
}
