import ArgumentParser
import Foundation
import RoostAPI
import RoostClient
import RoostCore

/// `roost launch`.
struct LaunchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "launch", abstract: "Start a coding assistant or another program with a model of this server.",
        discussion: """
            Sets the variables and arguments that the program needs, and starts it in the place of this command; no file of the user is changed. Words after `--` are for the program:
              roost launch claude --model org/name -- --continue
            Programs: \(LaunchTool.all.map { "\($0.name) — \($0.summary)" }.joined(separator: "; ")).
            With --json: `tool`, `installed`, `variables`, `arguments`; without a program, an array of `tool`, `installed`, `summary`. The key of ROOST_API_KEY is passed on, except to `ollama`, which can send none, and --print does not show it.
            """)

    @Argument(help: "The program; without one, the list of them.", completion: .list(LaunchTool.all.map(\.name)))
    var tool: String?
    @Argument(parsing: .postTerminator, help: "Arguments for the program, after `--`.")
    var arguments: [String] = []
    @Option(help: "The model. Default: the one in memory, otherwise the only one on this machine.", completion: .models)
    var model: String?
    @Flag(name: .customLong("print"), help: "Only print what would be set, for a shell.")
    var prints = false
    @OptionGroup var options: ServerOptions

    /// What is shown in place of a key.
    private static let hidden = "$ROOST_API_KEY"

    func run() async throws {
        guard let tool else { return try list() }
        guard let launch = LaunchTool.named(tool) else {
            let near = NearNames.nearest(to: tool, among: LaunchTool.all.map { (name: $0.name, texts: [$0.name]) })
            throw RoostError(
                .invalidRequest,
                "Roost does not know what \(tool.quotedForPeople) needs.\(NearNames.question(near)) It knows \(LaunchTool.all.map(\.name).joined(separator: ", ")).",
                field: "tool")
        }
        let client = try await options.client()
        let model = try await chosenModel(client)
        let key = ProcessInfo.processInfo.environment["ROOST_API_KEY"].flatMap { $0.isEmpty ? nil : $0 }
        let isShown = prints || options.json
        let setup = launch.setup(
            .init(server: client.server, model: model.name, key: key.map { isShown ? Self.hidden : $0 }, context: model.context))
        if options.json { return try JSONOutput.print(Report(tool: tool, installed: Program.path(of: tool) != nil, setup)) }
        if prints { return show(setup, of: tool) }
        guard let path = Program.path(of: tool) else {
            throw RoostError(
                .notFound, "\(tool) is not installed: \(launch.summary). `roost launch \(tool) --print` shows what it needs to use this server.")
        }
        Terminal.printError("\(path) uses \(model.name) of \(client.server).")
        try Program(tool).become(setup.arguments + arguments, variables: setup.variables)
    }

    private func list() throws {
        if options.json { return try JSONOutput.print(LaunchTool.all.map(Summary.init)) }
        var table = TextTable(columns: ["PROGRAM", "INSTALLED", .prose("WHAT")])
        for tool in LaunchTool.all { table.add([tool.name, Program.path(of: tool.name) == nil ? "no" : "yes", tool.summary]) }
        Terminal.print(table)
    }

    /// Lines for a shell.
    private func show(_ setup: LaunchTool.Setup, of tool: String) {
        for (name, value) in setup.variables.sorted(by: { $0.key < $1.key }) { Terminal.print("export \(name)=\(Self.word(value))") }
        Terminal.print(([tool] + setup.arguments + arguments).map(Self.word).joined(separator: " "))
    }

    /// A word of a shell. The variable with the key is not quoted, so that the shell puts the key there.
    private static func word(_ text: String) -> String {
        if text == hidden { return "\"\(hidden)\"" }
        return text.wholeMatch(of: /[A-Za-z0-9_.:\/=@%+,-]+/) != nil ? text : "'\(text.replacing("'", with: "'\\''"))'"
    }

    private func chosenModel(_ client: RoostClient) async throws -> (name: String, context: Int?) {
        if let model {
            let reference = try ModelReference(parsing: model)
            let fit = try await client.fit(reference)
            // An alias has a preset, which its model's own name has not.
            guard let alias = try await client.aliases().first(where: { $0.isNamed(reference) }) else { return (fit.model, fit.context.length) }
            return (alias.name.description, alias.contextLength ?? fit.context.length)
        }
        let engines = (try? await client.engines().engines) ?? []
        for engine in engines where engine.state == "ready" {
            // A model of vectors has no chat template.
            let selector = try ModelSelector(parsing: engine.model)
            let models = try await client.model(selector).models
            guard models.first(where: { $0.model == engine.model })?.chatTemplate != nil else { continue }
            return (engine.model, engine.contextLength)
        }
        let models = try await client.models()
        guard let only = models.first, models.count == 1 else {
            let names = models.prefix(8).map(\.model).joined(separator: ", ")
            throw RoostError(
                .invalidRequest,
                models.isEmpty
                    ? "There is no model on this machine: pull one with `roost pull org/name`, then launch again."
                    : "No model that can chat is in memory; choose one with --model, such as \(names).", field: "model")
        }
        return (only.model, nil)
    }

    private struct Summary: Encodable {
        let tool: String
        let installed: Bool
        let summary: String

        init(_ launch: LaunchTool) {
            tool = launch.name
            installed = Program.path(of: launch.name) != nil
            summary = launch.summary
        }
    }

    private struct Report: Encodable {
        let tool: String
        let installed: Bool
        let variables: [String: String]
        let arguments: [String]

        init(tool: String, installed: Bool, _ setup: LaunchTool.Setup) {
            self.tool = tool
            self.installed = installed
            variables = setup.variables
            arguments = setup.arguments
        }
    }
}
