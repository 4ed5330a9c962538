import ModelFormats
import RoostCore

/// The names of `samplers`, the order of an engine's steps from probabilities to a token (llama.cpp, common/sampling.cpp).
///
/// Each may be there once: the engine makes as many as it is told to, and 32 of `dry` with 16 breakers needed 6 s before the first
/// token. `infill` is left out: it compares each token of the vocabulary with each other one, which needed 19 s for a token of
/// SmolLM2-135M (49,152 tokens, build 11312) and holds up all answers of the engine.
enum SamplerNames {
    /// The names, each with the others that the engine knows for it, and its letter.
    private static let all: [(letter: Character, names: [String])] = [
        ("d", ["dry"]), ("k", ["top_k"]), ("y", ["typ_p", "typical_p", "typical", "typ"]), ("p", ["top_p", "nucleus"]),
        ("s", ["top_n_sigma"]), ("m", ["min_p"]), ("t", ["temperature", "temp"]), ("x", ["xtc"]), ("e", ["penalties"]),
    ]

    /// Checks an array of names, or a text of their letters.
    ///
    /// - Throws: `RoostError` with code `invalidRequest` that contains the field and the allowed values.
    @Sendable static func check(_ value: JSONValue, _ name: String) throws {
        let found: [Int?] =
            if let letters = value.string {
                letters.map { letter in all.firstIndex { $0.letter == letter } }
            } else if let elements = value.elements {
                elements.map { element in
                    let name = element.string?.replacing("-", with: "_")
                    return name.flatMap { name in all.firstIndex { $0.names.contains(name) } }
                }
            } else {
                [nil]
            }
        guard !found.contains(nil), Set(found).count == found.count else {
            throw RoostError(
                .invalidRequest,
                "`\(name)` must be an array of \(all.map { $0.names[0] }.joined(separator: ", ")), each at most once; it is \(value.describedForPeople).",
                field: name)
        }
    }
}
