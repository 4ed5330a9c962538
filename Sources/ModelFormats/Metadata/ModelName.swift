/// `general.name`, into which llama.cpp (build 11434) reads more than a name: in a file whose name has "phi-3" or "phi3" in it special tokens take the white
/// space behind them, as Phi 3's do, and one without a token `</s>` does not load; in one with "modern-bert" the mask takes the space before it.
enum ModelName {
    /// The name of a model.
    ///
    /// - Parameters:
    ///   - repository: `org/name`, or a name.
    ///   - isPhi3: Whether special tokens take the space behind them: by the model's class and its tokenizer, whatever it is called.
    /// - Returns: The repository's name, changed where the engine would take it for another model's, or for none of Phi 3's.
    static func text(_ repository: String, isPhi3: Bool) -> String {
        let name = repository.split(separator: "/").last.map(String.init) ?? repository
        guard !isPhi3 else { return name.lowercased().contains(/phi-?3/) ? name : "\(name) (Phi-3)" }
        return name.replacing(/(phi)-?(3)/.ignoresCase()) { "\($0.1) \($0.2)" }.replacing(/(modern)-(bert)/.ignoresCase()) { "\($0.1) \($0.2)" }
    }
}
