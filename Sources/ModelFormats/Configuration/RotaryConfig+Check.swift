import Foundation
import RoostCore

/// Checks of RoPE against llama.cpp's readers (build 11434).
extension RotaryConfig {
    /// Throws for a configuration that llama.cpp would compute differently.
    ///
    /// - Parameters:
    ///   - kinds: The kinds that it supports for the architecture.
    ///   - config: The configuration, for the error.
    /// - Throws: `RoostError` with code `unsupportedModel`.
    func check(kinds: Set<String>, _ config: ModelConfig) throws {
        // Only Phi 3 rotates parts of its heads.
        guard kinds.contains("longrope") || number("partial_rotary_factor") ?? 1 == 1 else {
            throw Self.problem("rotates a part of each head, but llama.cpp rotates complete heads in models of \(config.className)", config)
        }
        guard !isSlidingScaled else { throw Self.problem("does so in layers with a window too, but llama.cpp only in the other layers", config) }
        guard let kind else {
            guard parameters["factor"] == nil else { throw Self.problem("gives a factor but no type", config) }
            return
        }
        guard kinds.contains(kind) else {
            let known = kinds.isEmpty ? "no scaling" : "only \(kinds.sorted().joined(separator: ", "))"
            throw Self.problem("does so by \(kind.quotedForPeople), but llama.cpp supports \(known) for models of \(config.className)", config)
        }
        if kind == "yarn", parameters["long_factor"] == nil { try checkYarn(config) }
    }

    /// Checks the parameters of yarn: llama.cpp's readers of these architectures assume the usual values.
    private func checkYarn(_ config: ModelConfig) throws {
        let own: [(String, Double)] = [("beta_fast", 32), ("beta_slow", 1), ("extrapolation_factor", 1), ("attn_factor", 1)]
        if let (key, value) = own.first(where: { key, value in parameters[key].map { $0.number != value } ?? false }) {
            throw Self.problem("has \(key.quotedForPeople): \(parameters[key]?.plainText ?? ""), but llama.cpp supports only \(value)", config)
        }
        guard parameters["truncate"] != false else { throw Self.problem("has \"truncate\": false, but llama.cpp always truncates", config) }
        guard let factor = number("factor"), let wanted = yarnAttentionFactor(factor) else { return }
        guard abs(wanted - Self.yarnScale(factor, 1)) < 1e-4 else {
            throw Self.problem("scales attention by \(Float(wanted)), but llama.cpp by \(Float(Self.yarnScale(factor, 1)))", config)
        }
    }

    /// The attention factor of transformers, if the configuration determines it.
    private func yarnAttentionFactor(_ factor: Double) -> Double? {
        if let given = number("attention_factor") { return given }
        guard let scale = number("mscale"), let all = number("mscale_all_dim"), scale != 0, all != 0 else { return nil }
        return Self.yarnScale(factor, scale) / Self.yarnScale(factor, all)
    }

    private static func yarnScale(_ factor: Double, _ scale: Double) -> Double { factor <= 1 ? 1 : 0.1 * scale * log(factor) + 1 }

    /// The error for a scaling. The text is the end of a sentence about a configuration that scales RoPE.
    static func problem(_ text: String, _ config: ModelConfig) -> RoostError {
        let key = config["rope_parameters"] == nil ? "rope_scaling" : "rope_parameters"
        return RoostError(
            .unsupportedModel,
            "\"config.json\" scales RoPE (\(key.quotedForPeople)) and \(text). Its answers would be wrong, so the model is not converted.")
    }
}
