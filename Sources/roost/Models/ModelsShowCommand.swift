import ArgumentParser
import RoostAPI
import RoostCore

/// `roost models show`.
struct ModelsShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show the revisions, files and receipts of a model, and its partial files.")

    @Argument(help: "org/name, org/name:QUANT; with @REVISION for one revision.", completion: .models)
    var model: String
    @OptionGroup var options: ServerOptions

    func run() async throws {
        let selector = try ModelSelector(parsing: model)
        let detail = try await options.withModels { try await $0.detail(of: selector) }
        if options.json { return try JSONOutput.print(detail) }
        Terminal.print("\(detail.model)  \(ByteCount(detail.sizeBytes))  \(detail.path)")
        for model in detail.models {
            Terminal.print("  \(model.model.padding(to: 48))\(ByteCount(model.sizeBytes))\(model.loaded ? ", loaded" : "")")
            if let projector = model.projector { Terminal.print("    projector \(projector)") }
            if model.chatTemplate == .roleLines { Terminal.print("    no chat template: conversations are written as plain role lines") }
            guard let context = model.context else { continue }
            Terminal.print("    context \(context.length), \(context.slots) at once: \(context.reason)")
            if let tuning = model.tuning { Terminal.print("    engine \(tuning.text)") }
        }
        for revision in detail.revisions { show(revision) }
        for conversion in detail.conversions { show(conversion) }
        if !detail.partials.isEmpty { Terminal.print("\n\(TextTable(detail.partials))") }
    }

    private func show(_ conversion: ModelDetail.Conversion) {
        Terminal.print("\n\(conversion.model)  \(ByteCount(conversion.sizeBytes))  \(conversion.path)")
        guard let receipt = conversion.receipt else { return Terminal.print("made of \(conversion.commit); there is no receipt") }
        let library = receipt.library.map { " with \($0)" } ?? ""
        Terminal.print("made of \(conversion.commit) at \(receipt.madeAt) by \(receipt.tool)\(library): \(receipt.architecture)")
        Terminal.print(receipt.reason)
        for note in receipt.notes { Terminal.print("note: \(note)") }
        let bytes = ByteCount(receipt.sources.reduce(0) { $0 + $1.size })
        Terminal.print(
            conversion.hasSources
                ? "of \(receipt.sources.count) files, \(bytes), which are here"
                : "of \(receipt.sources.count) files, \(bytes), which are no longer all here; the model works without them")
    }

    private func show(_ revision: ModelDetail.Revision) {
        Terminal.print("\n\(revision.commit)\(revision.refs.isEmpty ? "" : "  \(revision.refs.joined(separator: ", "))")")
        if let receipt = revision.receipt {
            let license = receipt.license.map { ", licence \($0)" } ?? ""
            Terminal.print("pulled at \(receipt.pulledAt) in \(Int(receipt.durationSeconds.rounded())) s by \(receipt.tool)\(license)")
        } else {
            Terminal.print("no receipt: another program fetched it")
        }
        var table = TextTable(columns: ["SIZE", .name("DIGEST"), .name("FILE")])
        for file in revision.files {
            table.add([file.size.map { ByteCount($0).description } ?? "missing", file.digest ?? "-", file.path])
        }
        Terminal.print(table)
    }
}
