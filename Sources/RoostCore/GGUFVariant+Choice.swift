extension GGUFVariant {
    /// Picks the variant that a reference and a policy ask for.
    ///
    /// A quantisation named in the reference wins. Else `auto` takes Q4_K_M or the nearest to it, `q4` the best four-bit one, `fp16` a
    /// sixteen-bit one, `no` the one with the most bits. Equal candidates are settled by name, so the choice never depends on listing order.
    ///
    /// - Parameters:
    ///   - reference: What the caller asked for.
    ///   - policy: What to do when the reference names no quantisation.
    ///   - variants: What there is.
    /// - Returns: The choice.
    /// - Throws: `RoostError` with code `unsupportedModel`, naming what there is instead.
    public static func choose(
        for reference: ModelReference, policy: QuantizationPolicy, among variants: [GGUFVariant]
    ) throws -> GGUFVariant {
        guard !variants.isEmpty else {
            throw RoostError(
                .unsupportedModel,
                "\(reference.repository) holds no GGUF file among those that were asked for. Pull it without patterns, so that a model is made of its weights, or pull a repository of the same model that carries GGUF files; their names often end in -GGUF."
            )
        }
        let candidates =
            if let wanted = reference.quantization {
                variants.filter { $0.quantization == wanted }
            } else {
                variants.filter { $0.satisfies(policy) }
            }
        let best = candidates.min { ($0.rank(policy), $0.name) < ($1.rank(policy), $1.name) }
        guard let best else {
            let offered = Set(variants.map { $0.quantization?.description ?? $0.name }).sorted().joined(separator: ", ")
            let wanted = reference.quantization?.description ?? "`quantize: \(policy.rawValue)`"
            throw RoostError(.unsupportedModel, "\(reference.repository) has no GGUF file for \(wanted). It offers: \(offered).")
        }
        return best
    }

    /// Why this one was chosen.
    ///
    /// - Parameters:
    ///   - reference: What was asked for.
    ///   - policy: What was asked about quantisation.
    ///   - variants: What there is.
    /// - Returns: A sentence for a person.
    public func reason(for reference: ModelReference, policy: QuantizationPolicy, among variants: [GGUFVariant]) -> String {
        let name = quantization?.description ?? self.name
        if variants.count == 1 { return "\(name) is the only GGUF model here." }
        if reference.quantization != nil { return "\(name) was asked for by name." }
        return switch policy {
        case .auto: "\(name) is the nearest to Q4_K_M, which `auto` prefers: a quarter of the full size at little loss."
        case .q4: "\(name) is the best four-bit quantisation of those offered."
        case .q5, .q6, .q8: "\(name) is the best quantisation of those offered with as many bits as `\(policy.rawValue)` asks for."
        case .q4_0, .bf16: "\(name) is what `\(policy.rawValue)` asks for."
        case .fp16: "\(name) is the sixteen-bit file."
        case .no: "\(name) has the most bits of those offered."
        }
    }

    private func satisfies(_ policy: QuantizationPolicy) -> Bool {
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

    /// Lower is better.
    private func rank(_ policy: QuantizationPolicy) -> Int {
        guard let quantization else { return 10_000 }
        if policy == .no { return -quantization.nominalBits }
        if policy == .fp16 { return quantization.description == "F16" ? 0 : 1 }
        if let preferred = Self.nearestToQ4KM.firstIndex(of: quantization.description) { return preferred }
        return 100 + 10 * abs(quantization.nominalBits - 4) + (quantization.nominalBits < 4 ? 5 : 0)
    }

    /// Q4_K_M and its neighbours in quality and size, best first; anything else is ranked by its distance in bits, more bits before fewer.
    private static let nearestToQ4KM = [
        "Q4_K_M", "Q4_K_L", "Q4_K_XL", "Q4_K_S", "IQ4_NL", "IQ4_XS", "Q4_1", "Q4_0", "Q4_K", "MXFP4", "Q5_K_M", "Q5_K_S", "Q5_K_L", "Q5_1", "Q5_0",
    ]
}
