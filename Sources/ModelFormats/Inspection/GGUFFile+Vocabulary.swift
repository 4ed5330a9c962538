import RoostCore

extension GGUFFile {
    /// As in llama.cpp's `common_speculative_are_compatible` (common/speculative.cpp): the first tokens are special ones, and
    /// some vocabularies are padded to another length.
    private static let comparedTokens = (first: 5, mostExtra: 128)

    /// Returns how the vocabulary differs from that of a model for which this one is to propose tokens.
    ///
    /// - Parameter other: The header of the model's file.
    /// - Returns: A part of a sentence, as in `its token 7 is "a", and there it is "b"`; `nil` if an engine can use both together.
    package func vocabularyDifference(to other: GGUFFile) -> String? {
        let kind = "tokenizer.ggml.model"
        if let own = metadata.string(kind), let wanted = other.metadata.string(kind), own != wanted {
            return "its tokenizer is of the kind \(own.quotedForPeople), and there it is \(wanted.quotedForPeople)"
        }
        guard let own = vocabulary, let wanted = other.vocabulary else { return "one of both files has no list of tokens" }
        guard abs(own.count - wanted.count) <= Self.comparedTokens.mostExtra else {
            return "it has \(own.count) tokens, and there are \(wanted.count)"
        }
        let compared = Self.comparedTokens.first..<max(Self.comparedTokens.first, min(own.count, wanted.count))
        if let index = compared.first(where: { own[$0] != wanted[$0] }) {
            return "its token \(index) is \(own[index].description.quotedForPeople), and there it is \(wanted[index].description.quotedForPeople)"
        }
        return ["bos", "eos"].lazy.compactMap { specialDifference(to: other, $0) }.first
    }

    /// Both have to add the same token, or none. A file without the key has the default of its kind, which is the same for both.
    private func specialDifference(to other: GGUFFile, _ name: String) -> String? {
        let adds = "tokenizer.ggml.add_\(name)_token"
        guard metadata[adds] == other.metadata[adds] else { return "only one of both adds a \(name.uppercased()) token to each text" }
        let id = "tokenizer.ggml.\(name)_token_id"
        guard metadata[adds] == .bool(true), metadata.count(id) != other.metadata.count(id) else { return nil }
        return "its \(name.uppercased()) token is another one"
    }

    private var vocabulary: [ByteText]? {
        guard case .array(.string(let tokens))? = metadata["tokenizer.ggml.tokens"] else { return nil }
        return tokens
    }
}
