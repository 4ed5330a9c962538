/// The content of a slot in a file that the engine wrote.
struct StoredPrompt: Sendable, Hashable, Codable {
    /// The prompt.
    let prompt: PromptOutline
    /// The number of tokens in the file, also those of an answer.
    let tokens: Int
    /// The name of the file in the folder of its engine's prompts.
    let file: String
    /// The size of the file in bytes.
    let bytes: Int64

    /// About the number of tokens that it has in common with a prompt.
    func sharedTokens(with prompt: PromptOutline) -> Int {
        guard self.prompt.bytes > 0 else { return 0 }
        return Int(Double(tokens) * Double(self.prompt.sharedBytes(with: prompt)) / Double(self.prompt.bytes))
    }
}
