import ArgumentParser
import Foundation
import ModelLibrary
import RoostCore
import RoostServer
import SystemPackage

/// `roost import ollama`.
struct ImportOllamaCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ollama", abstract: "Serve the models of an Ollama folder where they are, without a copy.",
        discussion: """
            Hashes all of their files first, and prints what is wrong with which model. Needs no server, and a running one serves the models at once. Ollama may go on using its folder, \
            which Roost only reads.
            """)

    @Argument(
        help:
            "The folder. Default: OLLAMA_MODELS, otherwise ~/.ollama/models, otherwise /usr/share/ollama/.ollama/models, where Ollama's service has it."
    )
    var folder: String?
    @Flag(help: "Only hash the files.")
    var dryRun = false
    @Flag(help: "Print JSON.")
    var json = false

    func run() async throws {
        let environment = ProcessInfo.processInfo.environment
        let root = FilePath(URL(fileURLWithPath: try path(environment)).standardizedFileURL.path)
        let check = try OllamaStore(root: root).check { if !json { Terminal.printError("Checking \($0).") } }
        let good = check.models.filter { $0.fault == nil }
        if !good.isEmpty, !dryRun {
            try OllamaStores(home: ServerSettings.homeDirectory(flag: nil, environment: environment)).add(root)
        }
        if json {
            try JSONOutput.print(check)
        } else {
            for model in check.models { Terminal.print("\(model.model)  \(ByteCount(model.size))  \(model.fault ?? "good")") }
            Terminal.print(summary(good.count, of: check.models.count, root))
        }
        if good.count < check.models.count { throw ExitCode.failure }
    }

    private func summary(_ good: Int, of all: Int, _ root: FilePath) -> String {
        let served = dryRun ? "can be served" : "are served from \(root)"
        return good == 0 ? "None of \(all) models can be served." : "\(good) of \(all) models \(served)."
    }

    private func path(_ environment: [String: String]) throws -> String {
        if let named = folder ?? environment["OLLAMA_MODELS"], !named.isEmpty { return named }
        guard let home = environment["HOME"], home.hasPrefix("/") else {
            throw RoostError(.invalidRequest, "Name Ollama's folder: neither OLLAMA_MODELS nor HOME is set.", field: "folder")
        }
        let own = home + "/.ollama/models"
        let isOwn = FileManager.default.fileExists(atPath: own + "/manifests") || !FileManager.default.fileExists(atPath: "/usr/share/ollama")
        return isOwn ? own : "/usr/share/ollama/.ollama/models"
    }
}
