import RoostCore

/// Maps each tensor of a checkpoint to the GGUF file. Each tensor has a target or is known to be unused, and all
/// required targets are present.
struct TensorMapping {
    private let architecture: Architecture
    private let facts: ModelFacts
    private let checkpoint: Checkpoint
    private let layerCount: Int
    private let rules: [TensorRule]
    private let rulesBySource: [String: [TensorRule]]
    private let shapes: EngineShapes
    /// The experts of a layer found so far, by target and number.
    private var experts: [String: [Int: Checkpoint.Tensor]] = [:]
    private var output: [OutputTensor] = []
    private var seen: Set<String> = []

    /// Returns the tensors of the GGUF file, in llama.cpp's order.
    ///
    /// - Throws: `RoostError` for an unknown tensor, a missing tensor, and inconsistent shapes.
    static func tensors(_ architecture: Architecture, _ facts: ModelFacts, _ checkpoint: Checkpoint) throws -> [OutputTensor] {
        var mapping = try TensorMapping(architecture, facts, checkpoint)
        for tensor in try architecture.generated(facts.config) {
            try mapping.append(OutputTensor(name: tensor.name, dimensions: [tensor.values.count], source: .values(tensor.values)), of: tensor.name)
        }
        for tensor in checkpoint.tensors { try mapping.add(tensor) }
        try mapping.checkCompleteness()
        return mapping.output
    }

    private init(_ architecture: Architecture, _ facts: ModelFacts, _ checkpoint: Checkpoint) throws {
        self.architecture = architecture
        self.facts = facts
        self.checkpoint = checkpoint
        layerCount = try facts.layerCount()
        rules = try architecture.tensors(facts)
        rulesBySource = Dictionary(grouping: rules, by: \.source)
        shapes = EngineShapes(architecture.name, try architecture.keyValues(facts.config))
    }

    private mutating func append(_ tensor: OutputTensor, of source: String) throws {
        try shapes.check(tensor, of: source)
        seen.insert(tensor.name)
        output.append(tensor)
    }

    private mutating func add(_ tensor: Checkpoint.Tensor) throws {
        let name = tensor.tensor.name.description
        guard !UnusedTensors.contain(name) else { return }
        let place = TensorNamePattern(architecture.canonicalName(name))
        guard !architecture.dropped.contains(place.pattern) else { return }
        guard name.utf8.allSatisfy({ $0 < 0x80 }), let rules = rulesBySource[place.pattern], place.numbers.first ?? 0 < layerCount else {
            throw unknown(name)
        }
        for rule in rules where rule.transform != .unused {
            let target = place.numbers.first.map { rule.target.replacing("#", with: String($0), maxReplacements: 1) } ?? rule.target
            if case .stacked(let count) = rule.transform {
                try addExpert(tensor, number: place.numbers[1], of: count, layer: place.numbers[0])
            } else {
                guard !seen.contains(target) else { throw Self.problem(name, "occurs twice, under two names") }
                let shape = SourceShape(tensor, name: name)
                try append(try shape.output(named: target, rule.transform), of: name)
            }
        }
    }

    private func unknown(_ name: String) -> RoostError {
        let isClassifier = ["score.", "classifier."].contains(where: name.hasPrefix)
        let reason =
            isClassifier
            ? "It is the head of a model that ranks or sorts texts, which Roost does not serve" : "It may be a variant that is not supported"
        return RoostError(
            .unsupportedModel, "The model has a tensor \(name.quotedForPeople), which models of \(architecture.classes[0]) do not have. \(reason).")
    }

    // MARK: Experts

    /// Adds an expert. The experts of a layer become a tensor after the last one is found, which is their position in
    /// the files of llama.cpp's converter.
    private mutating func addExpert(_ tensor: Checkpoint.Tensor, number: Int, of count: Int, layer: Int) throws {
        let name = tensor.tensor.name.description
        guard number < count else { throw Self.problem(name, "belongs to an expert beyond the \(count) in \"config.json\"") }
        let rules = rules.filter { if case .stacked = $0.transform { true } else { false } }.sorted { $0.source < $1.source }
        let source = TensorNamePattern(architecture.canonicalName(name)).pattern
        experts["\(layer) \(source)", default: [:]][number] = tensor
        guard rules.allSatisfy({ experts["\(layer) \($0.source)"]?.count == count }) else { return }
        for rule in rules {
            let members = experts.removeValue(forKey: "\(layer) \(rule.source)") ?? [:]
            let target = rule.target.replacing("#", with: String(layer))
            try append(try SourceShape.stacked((0..<count).compactMap { members[$0] }, named: target), of: rule.source)
        }
    }

    // MARK: Completeness

    private func checkCompleteness() throws {
        for rule in rules where !rule.isOptional {
            let targets = rule.target.contains("#") ? (0..<layerCount).lazy.map { rule.target.replacing("#", with: String($0)) } : nil
            let missing = targets.map { $0.first { !seen.contains($0) } } ?? (seen.contains(rule.target) ? nil : rule.target)
            if let missing {
                throw lacking(missing, rule)
            }
        }
    }

    private func lacking(_ target: String, _ rule: TensorRule) -> RoostError {
        let isHead = target == "output.weight"
        let reason =
            isHead
            ? "By \"config.json\" (\"tie_word_embeddings\") the embedding does not serve as the head, and no \"modules.json\" makes it a model of vectors."
            : "\"config.json\" requires more tensors than the repository's files contain, or the model is a variant that is not supported."
        return RoostError(
            .unsupportedModel,
            "The model lacks the tensor \(rule.source.quotedForPeople) that becomes \(target.quotedForPeople). \(reason) Pulling again changes nothing."
        )
    }

    private static func problem(_ name: String, _ text: String) -> RoostError {
        RoostError(
            .unsupportedModel, "The model's tensor \(name.quotedForPeople) \(text). The model is a variant that is not supported, or is malformed.")
    }
}

/// Tensors that no architecture uses.
enum UnusedTensors {
    private static let suffixes = [".rotary_emb.inv_freq", ".attention.bias", ".attention.masked_bias"]
    /// The vision and audio parts.
    private static let parts = ["vision_", "vision.", "visual.", "audio_", "audio.", "projector.", "patch_embed"]

    static func contain(_ name: String) -> Bool { suffixes.contains(where: name.hasSuffix) || parts.contains(where: name.contains) }
}
