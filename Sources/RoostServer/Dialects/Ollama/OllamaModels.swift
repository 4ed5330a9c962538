import Engines
import Foundation
import HTTPServing
import Hummingbird
import ModelFormats
import ModelLibrary
import RoostAPI
import RoostCore

/// The models on this machine and in memory, in Ollama's forms.
struct OllamaModels: Sendable {
    /// A model, in the list of `GET /api/tags` or `GET /api/ps`.
    struct Listed: Encodable {
        let name: String
        let model: String
        let modifiedAt: Timestamp?
        let size: Int64
        let digest: String
        let details: Details
        var expiresAt: Timestamp?
        var deviceBytes: Int64?
        var contextLength: Int?

        private enum CodingKeys: String, CodingKey {
            case name, model, size, digest, details
            case modifiedAt = "modified_at"
            case expiresAt = "expires_at"
            case deviceBytes = "size_vram"
            case contextLength = "context_length"
        }
    }

    /// What a model's file says about it.
    struct Details: Encodable {
        let parent_model = ""
        let format = "gguf"
        var family = ""
        var families: [String] = []
        var parameter_size = ""
        var quantization_level = ""
    }

    let catalog: ModelCatalog
    let engines: EngineSupervisor
    private let heads = OllamaModelHeads()

    /// Creates the value.
    init(catalog: ModelCatalog, engines: EngineSupervisor) {
        self.catalog = catalog
        self.engines = engines
    }

    /// Returns the head of a model's file.
    ///
    /// - Throws: `RoostError` with code `modelNotFound`, `invalidModelFile` or `fileSystem`.
    func head(of reference: ModelReference, for caller: Caller) async throws -> OllamaModelHead {
        try await FileThreads.run {
            let entry = try catalog.entry(for: reference)
            try caller.require(entry.reference)
            return try heads.head(of: entry)
        }
    }

    /// Returns the models on this machine that a caller may use, and their aliases, the newest first.
    ///
    /// - Throws: `RoostError` with code `fileSystem`.
    func list(for caller: Caller) async throws -> [Listed] {
        try await FileThreads.run {
            let entries = try catalog.entries()
            let aliases = try catalog.aliases?.all() ?? []
            let others = aliases.compactMap { alias in
                // An alias whose model is not here is in `GET /aliases` only.
                (try? catalog.ownEntry(for: alias.model)).map { (alias.name, $0) }
            }
            let all = (entries.map { ($0.reference, $0) } + others).filter { caller.permits($0.1.reference) }
            return all.sorted { $0.1.modifiedAt > $1.1.modifiedAt }.map { listed($0, $1) }
        }
    }

    /// Returns the models in memory that a caller may use.
    func loaded(for caller: Caller) async throws -> [Listed] {
        var found: [Listed] = []
        for engine in await engines.loadedModels() where engine.state == .ready && caller.permits(engine.reference) {
            let left = await engines.timeLeft(of: engine.reference)
            // Clients show a time far ahead as "Forever".
            let expiry = Timestamp(Date(timeIntervalSinceNow: left.map { $0 / .seconds(1) } ?? 100 * 365.25 * 86_400))
            let entry = ModelEntry(
                reference: engine.reference, snapshotPath: engine.snapshotPath, modelFile: engine.modelFile, sizeBytes: engine.sizeBytes)
            var listed = try await FileThreads.run { self.listed(engine.reference, entry, hasTime: false) }
            listed.expiresAt = expiry
            listed.deviceBytes = engine.memory?.placement?.deviceBytes ?? 0
            listed.contextLength = engine.plan?.contextLength
            found.append(listed)
        }
        return found
    }

    private func listed(_ name: ModelReference, _ entry: ModelEntry, hasTime: Bool = true) -> Listed {
        let name = OllamaName.listed(name)
        return Listed(
            name: name, model: name, modifiedAt: hasTime ? Timestamp(entry.modifiedAt) : nil, size: entry.sizeBytes, digest: entry.identifier,
            details: details(of: entry))
    }

    /// Returns what the file of a model says; nothing of one that cannot be read, whose load would tell the reason.
    func details(of entry: ModelEntry) -> Details {
        guard let head = try? heads.head(of: entry) else { return Details() }
        return Details(
            family: head.family, families: [head.family] + (entry.projector == nil ? [] : ["clip"]), parameter_size: head.parameterSize,
            quantization_level: entry.reference.quantization?.description ?? head.mainType)
    }

    /// Returns the answer to `POST /api/show`.
    ///
    /// - Parameters:
    ///   - reference: The model, or an alias.
    ///   - isVerbose: Whether the values of long arrays are included, such as the vocabulary.
    ///   - caller: Who asks.
    /// - Returns: The answer.
    /// - Throws: `RoostError` with code `modelNotFound`, `invalidModelFile` or `fileSystem`.
    func show(_ reference: ModelReference, isVerbose: Bool, for caller: Caller) async throws -> Response {
        try await FileThreads.run {
            let entry = try catalog.entry(for: reference)
            try caller.require(entry.reference)
            let head = try heads.head(of: entry)
            let metadata = try GGUFFile(opening: entry.modelFile).metadata
            let template = entry.preset.template ?? metadata.string("tokenizer.chat_template")
            let parameters = entry.preset.ollamaLines
            let answer: JSONObject = [
                "modelfile": entry.preset.modelfile(from: entry.reference, template: template), "parameters": parameters.isEmpty ? nil : parameters,
                "template": template, "system": entry.preset.system, "details": details(of: entry),
                "model_info": OllamaModelInfo(metadata: metadata, parameterCount: head.parameterCount, isVerbose: isVerbose),
                "capabilities": head.capabilities, "modified_at": Timestamp(entry.modifiedAt),
            ]
            return JSON.response(answer)
        }
    }
}

extension ModelPreset {
    /// The parameters as Ollama shows them: a line for each, in order of name.
    var ollamaLines: String {
        (parameters ?? [:]).sorted { $0.key < $1.key }.flatMap { name, value in
            let texts: [String] =
                switch value {
                case .flag(let flag): ["\(flag)"]
                case .number(let number): [number == number.rounded() && abs(number) < 1e15 ? "\(Int(number))" : "\(number)"]
                case .text(let text): [Self.quoted(text)]
                case .texts(let texts): texts.map(Self.quoted)
                }
            return texts.map { name.padding(toLength: max(30, name.count), withPad: " ", startingAt: 0) + " " + $0 }
        }.joined(separator: "\n")
    }

    /// A Modelfile that makes the same model.
    func modelfile(from model: ModelReference, template: String?) -> String {
        var lines = ["# Made by Roost.", "FROM \(model)"]
        if let template { lines.append("TEMPLATE \"\"\"\(template)\"\"\"") }
        if let system { lines.append("SYSTEM \"\"\"\(system)\"\"\"") }
        return (lines + ollamaLines.split(separator: "\n").map { "PARAMETER \($0)" }).joined(separator: "\n") + "\n"
    }

    private static func quoted(_ text: String) -> String {
        "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n") + "\""
    }
}
