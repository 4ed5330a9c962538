/// The value of `general.name`, which llama.cpp (build 11434) also uses to select behavior. If the name contains
/// "phi-3" or "phi3", special tokens remove the white space after them, as in Phi 3, and a model without a token
/// `</s>` does not load. If it contains "modern-bert", the mask token removes the space before it.
enum ModelName {
    /// Returns the name of a model.
    ///
    /// - Parameters:
    ///   - repository: `org/name`, or a name.
    ///   - isPhi3: Whether special tokens remove the space after them, according to the model's class and tokenizer,
    ///     whatever its name.
    /// - Returns: The repository's name, changed if the engine would mistake the model for a Phi 3 or another model, or
    ///   would not recognize a Phi 3.
    static func text(_ repository: String, isPhi3: Bool) -> String {
        let name = repository.split(separator: "/").last.map(String.init) ?? repository
        guard !isPhi3 else { return name.lowercased().contains(/phi-?3/) ? name : "\(name) (Phi-3)" }
        return name.replacing(/(phi)-?(3)/.ignoresCase()) { "\($0.1) \($0.2)" }.replacing(/(modern)-(bert)/.ignoresCase()) { "\($0.1) \($0.2)" }
    }
}
