import ModelFormats
import ModelLibrary
import RoostAPI
import RoostCore
import SystemPackage

/// A request of `POST /api/create`: a model of GGUF files that were sent before, or another name for a model with a preset.
struct OllamaCreation: Sendable {
    private static let mostFiles = 16

    let name: ModelReference
    /// The model that it is made from; `nil` for one of files.
    let source: ModelReference?
    /// The digests of the files.
    let files: [String]
    let preset: ModelPreset
    let streams: Bool

    /// Reads a body.
    ///
    /// - Throws: `RoostError` with code `invalidRequest` that contains the field and the allowed values.
    init(_ fields: RequestFields) throws {
        name = try fields.ollamaModel().reference
        streams = try fields.bool("stream", default: true)
        for (field, advice) in [
            ("quantize", "pull the quantisation that you want, or make one with `roost models convert`"),
            ("adapters", "models are loaded without adapters"), ("messages", "a preset has a system prompt and parameters"),
            ("modelfile", "send its parts in `from`, `files`, `system`, `template` and `parameters`, as newer clients do"),
        ] {
            guard let value = fields.value(field), value.string != "", value.elements?.count != 0, value.members?.count != 0 else { continue }
            throw fields.refusal(of: field, "is not supported: \(advice).")
        }
        preset = try ModelPreset(fields)
        files = try Self.files(fields)
        let from = fields.value("from") == nil ? "" : try fields.string("from", maxBytes: ModelReference.byteLimit)
        source = from.isEmpty ? nil : try OllamaName.reference(parsing: from)
        guard source != nil || !files.isEmpty else {
            throw fields.refusal(of: "from", "is missing; it must be the name of a model, or `files` must name GGUF files by their digests.")
        }
    }

    private static func files(_ fields: RequestFields) throws -> [String] {
        guard let value = fields.value("files") else { return [] }
        guard let members = value.members, members.count <= mostFiles else {
            throw fields.refusal(
                of: "files", "must be an object of at most \(mostFiles) file names and their digests; it is \(value.describedForPeople).")
        }
        return try members.map { name, digest in
            guard let sha256 = digest.string.flatMap(OllamaManifest.sha256) else {
                throw fields.refusal(of: "files", "has no digest such as sha256:… for \((name.string ?? "").quotedForPeople).")
            }
            return sha256
        }
    }

    /// Makes the model or the alias. It reads and writes files: call it on a thread for such work.
    ///
    /// - Parameter catalog: The models on this machine.
    /// - Returns: The alias to add; `nil` when a model was made.
    /// - Throws: `RoostError` with code `modelNotFound`, `notFound`, `unsupportedModel`, `invalidModelFile`, `fileSystem` or
    ///   `insufficientSpace`.
    func make(in catalog: ModelCatalog) throws -> ModelAlias? {
        guard let own = catalog.ollama?.own else { throw RoostError(.unexpected, "There is no store of models.") }
        if !files.isEmpty {
            try make(in: own)
            return nil
        }
        guard let source else { return nil }
        let entry = try catalog.entry(for: source)
        let merged = preset.over(entry.preset)
        guard let model = own.sha256(of: entry.modelFile) else {
            return ModelAlias(name: name, model: entry.reference, preset: merged)
        }
        try own.create(name, model: model, projector: entry.projector.flatMap(own.sha256), preset: merged)
        return nil
    }

    private func make(in own: OllamaStore) throws {
        var models: [String] = []
        var projectors: [String] = []
        for sha256 in files {
            let path = own.blob(sha256)
            guard own.holds(sha256) else {
                throw RoostError(
                    .notFound, "There is no blob sha256:\(sha256). Send it with POST /api/blobs/sha256:\(sha256) first.", field: "files")
            }
            guard let head = GGUFHead(opening: path) else {
                throw RoostError(
                    .unsupportedModel, "The file sha256:\(sha256) is no GGUF file. Models of other files are made with `roost models convert`.",
                    field: "files")
            }
            switch head.helper {
            case nil:
                try GGUFFile(opening: path).checkModel(name: "sha256:\(sha256)")
                models.append(sha256)
            case .projector?: projectors.append(sha256)
            case let helper?:
                throw RoostError(.unsupportedModel, "The file sha256:\(sha256) is \(helper), and cannot be a part of a model here.", field: "files")
            }
        }
        guard models.count == 1, projectors.count <= 1 else {
            throw RoostError(
                .unsupportedModel, "`files` must name one GGUF model and at most one projector; it names \(models.count) and \(projectors.count).",
                field: "files")
        }
        try own.create(name, model: models[0], projector: projectors.first, preset: preset)
    }
}

extension OllamaStore {
    /// Whether a blob is here.
    func holds(_ sha256: String) -> Bool { (try? blob(sha256).stat(followTargetSymlink: false))?.type == .regular }

    /// Returns the digest of a file; `nil` for one that is no blob of this store.
    func sha256(of file: FilePath) -> String? {
        guard let digest = file.lastComponent.flatMap({ OllamaManifest.sha256(in: $0.string) }), blob(digest) == file else { return nil }
        return digest
    }
}
