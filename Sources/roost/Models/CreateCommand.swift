import ArgumentParser
import Foundation
import RoostAPI
import RoostClient
import RoostCore

/// `roost create`.
struct CreateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create", abstract: "Make a model of a Modelfile: a model with a system prompt and parameters, or a GGUF file.",
        discussion: """
            FROM names a model, which is pulled if it is not on this machine, or the path of a GGUF file, which is sent to the server; a second FROM names its
            projector. SYSTEM and PARAMETER apply to requests that do not say otherwise. The new name has no copy of a model's files:
              FROM smollm2-135m-instruct
              SYSTEM Answer in one sentence.
              PARAMETER temperature 0.2
            Without a Modelfile, `roost alias set` does the same.
            """)

    @Argument(help: "The new name, such as helper or team/helper:fast.")
    var name: String
    @Option(name: [.short, .long], help: "The Modelfile. Default: Modelfile in this folder.", completion: .file())
    var file = "Modelfile"
    @OptionGroup var options: ServerOptions

    func run() async throws {
        let name = try ModelReference(parsing: name)
        let modelfile = try read()
        let client = try await options.client()
        let paths = modelfile.sources.compactMap(path)
        if paths.isEmpty, modelfile.sources.count == 1 {
            let source = modelfile.sources[0]
            let model = try ModelReference(parsing: source)
            try await ModelAtHand(client: client, json: options.json).fetch(model, typed: source)
            try await client.create(name, from: model, modelfile.preset)
        } else {
            guard paths.count == modelfile.sources.count, paths.count <= 2 else {
                throw RoostError(.invalidRequest, "FROM may name one model, or the path of a GGUF file and a second time that of its projector.")
            }
            var digests: [String] = []
            for path in paths { digests.append(try await send(path, to: client)) }
            try await client.create(name, files: digests, modelfile.preset)
        }
        if options.json { return try JSONOutput.print(["name": name.description, "model": modelfile.sources[0]]) }
        for word in modelfile.ignored { Terminal.printError("\(word) is left out.") }
        Terminal.print("\(name) is made of \(modelfile.sources.joined(separator: " and ")).")
    }

    private var address: URL { URL(fileURLWithPath: NSString(string: file).expandingTildeInPath) }

    private func read() throws -> Modelfile {
        let size = try? FileManager.default.attributesOfItem(atPath: address.resolvingSymlinksInPath().path)[.size] as? Int
        guard let size else {
            throw RoostError(.invalidRequest, "The Modelfile \(file.quotedForPeople) cannot be read; name another one with --file.", field: "file")
        }
        guard size <= Modelfile.byteLimit, let data = FileManager.default.contents(atPath: address.path),
            let text = String(bytes: data, encoding: .utf8)
        else {
            throw RoostError(.invalidRequest, "\(file.quotedForPeople) is no Modelfile: it is larger than 1 MiB, or no text in UTF-8.", field: "file")
        }
        return try Modelfile(parsing: text)
    }

    /// Returns the path that a `FROM` names, relative to the Modelfile's folder; `nil` when it names a model.
    private func path(_ source: String) -> String? {
        let full = NSString(string: source).expandingTildeInPath
        let path = URL(fileURLWithPath: full, relativeTo: address.deletingLastPathComponent()).standardizedFileURL.path
        let looksLikeOne = ["/", "./", "../", "~"].contains(where: source.hasPrefix) || source.lowercased().hasSuffix(".gguf")
        return looksLikeOne || FileManager.default.fileExists(atPath: path) ? path : nil
    }

    private func send(_ path: String, to client: RoostClient) async throws -> String {
        let file = try SentFile(path: path)
        if !options.json, Terminal.isInteractive { Terminal.printError("Sending \(path), \(ByteCount(Int64(file.size))).") }
        try await client.send(file: path, sha256: file.sha256, size: file.size)
        return file.sha256
    }
}
