extension GGUFListing {
    /// Returns the model that a reference and a policy select.
    ///
    /// A model named in the reference wins. Otherwise `auto` selects Q4_K_M or the nearest to it, `q4` the best
    /// four-bit one, `fp16` a sixteen-bit one, `no` the one with the most bits. Between equal candidates the depth of
    /// the path and the name decide, so the order of the listing has no influence.
    ///
    /// - Parameters:
    ///   - reference: The requested model.
    ///   - policy: The policy, for a reference that names no model.
    /// - Returns: The choice.
    /// - Throws: `RoostError` with code `unsupportedModel` that lists the available models.
    public func choose(for reference: ModelReference, policy: QuantizationPolicy) throws -> GGUFVariant {
        guard !models.isEmpty else { throw noModel(reference) }
        let best =
            if let wanted = reference.variant {
                models(named: wanted).best.first
            } else {
                models.filter { $0.satisfies(policy) }.min { $0.rank(policy) < $1.rank(policy) }
            }
        guard let best else { throw notOffered(reference, policy) }
        return best
    }

    /// Returns why a model was chosen.
    ///
    /// - Parameters:
    ///   - choice: The model.
    ///   - reference: The requested model.
    ///   - policy: The requested quantisation.
    /// - Returns: A sentence for the user.
    public func reason(for choice: GGUFVariant, _ reference: ModelReference, policy: QuantizationPolicy) -> String {
        let name = choice.label ?? choice.name
        if let alternatives = alternatives(to: choice, reference) { return alternatives }
        if reference.variant != nil, models.count > 1 { return "\(name) was asked for by name." }
        if models.count == 1 { return "\(name) is the only GGUF model here." }
        return switch policy {
        case .auto: "\(name) is the nearest to Q4_K_M, which `auto` prefers: a quarter of the full size at little loss."
        case .q4: "\(name) is the best four-bit quantisation of those offered."
        case .q5, .q6, .q8: "\(name) is the best quantisation of those offered with as many bits as `\(policy.rawValue)` asks for."
        case .q4_0, .bf16: "\(name) is what `\(policy.rawValue)` asks for."
        case .fp16: "\(name) is the sixteen-bit file."
        case .no: "\(name) has the most bits of those offered."
        }
    }

    /// Returns the other models that the requested name could mean.
    ///
    /// - Parameters:
    ///   - choice: The chosen model.
    ///   - reference: The requested model.
    /// - Returns: A sentence for the user; `nil` when the name is unambiguous.
    public func alternatives(to choice: GGUFVariant, _ reference: ModelReference) -> String? {
        guard let wanted = reference.variant else { return nil }
        let fitting = models(named: wanted)
        let also = (fitting.best + fitting.rest).filter { $0 != choice }
        guard !also.isEmpty else { return nil }
        let shown = also.prefix(4).map { $0.name.quotedForPeople }.joined(separator: ", ")
        return "\(choice.name.quotedForPeople) was asked for by name; \(wanted) could also mean \(shown)\(also.count > 4 ? " and others" : "")."
    }

    private func noModel(_ reference: ModelReference) -> RoostError {
        let what = explanation.map { "holds no whole GGUF model among the files that were asked for: \($0)" }
        let advice =
            what == nil
            ? "Pull it without patterns, so that a model is made of its weights, or pull a repository of the same model that carries GGUF files; their names often end in -GGUF."
            : "Pull another repository of the same model, or name the files with --include to fetch them as they are."
        return RoostError(
            .unsupportedModel, "\(reference.repository) \(what ?? "holds no GGUF file among those that were asked for"). \(advice)")
    }

    private func notOffered(_ reference: ModelReference, _ policy: QuantizationPolicy) -> RoostError {
        let wanted = reference.variant?.description ?? "`quantize: \(policy.rawValue)`"
        let unfit = Self.explanation(reference.variant.map(others(named:)) ?? []).map { "; \($0)" } ?? ""
        let shown = names.prefix(24).joined(separator: ", ") + (names.count > 24 ? " and \(names.count - 24) more" : "")
        return RoostError(.unsupportedModel, "\(reference.repository) has no GGUF model for \(wanted)\(unfit). It offers: \(shown).")
    }
}

extension GGUFVariant {
    fileprivate func satisfies(_ policy: QuantizationPolicy) -> Bool {
        switch policy {
        case .auto, .no: true
        case .q4: quantization?.nominalBits == 4
        case .q5: quantization?.nominalBits == 5
        case .q6: quantization?.nominalBits == 6
        case .q8: quantization?.nominalBits == 8
        case .fp16: quantization?.nominalBits == 16
        case .q4_0, .bf16: quantization?.description == policy.rawValue.uppercased()
        }
    }

    /// The rank of a model; lower is better.
    fileprivate func rank(_ policy: QuantizationPolicy) -> Int {
        guard let quantization else { return 10_000 }
        // The plain file of a quantisation precedes a publisher's other recipe of it.
        let isPlain = label == quantization.description ? 0 : 1
        if policy == .no { return -2 * quantization.nominalBits + isPlain }
        if policy == .fp16 { return (quantization.description == "F16" ? 0 : 2) + isPlain }
        if let preferred = Self.nearestToQ4KM.firstIndex(of: quantization.description) { return 2 * preferred + isPlain }
        return 200 + 20 * abs(quantization.nominalBits - 4) + (quantization.nominalBits < 4 ? 10 : 0) + isPlain
    }

    /// Q4_K_M and its neighbours in quality and size, best first; anything else is ranked by its distance in bits, more bits before fewer.
    private static let nearestToQ4KM = [
        "Q4_K_M", "Q4_K_L", "Q4_K_XL", "Q4_K_S", "IQ4_NL", "IQ4_XS", "Q4_1", "Q4_0", "Q4_K", "MXFP4", "Q5_K_M", "Q5_K_S", "Q5_K_L", "Q5_1", "Q5_0",
    ]
}
