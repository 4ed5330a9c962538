import RoostCore

/// The added tokens of a repository as in transformers 4.57, by id.
///
/// They are in tokenizer.json. tokenizer_config.json may override their flags and add more. The tokens that either file
/// defines as begin, end and so on are special.
struct AddedTokens: Sendable {
    private(set) var tokens: [AddedToken]
    /// Notes for the user about ignored tokens.
    private(set) var notes: [String] = []

    /// Collects the tokens.
    ///
    /// - Parameters:
    ///   - source: The files.
    ///   - ids: The vocabulary without its added tokens.
    ///   - limit: The number of rows in the model's embedding. A token without an id in the files is ignored if its id
    ///     would reach this limit.
    /// - Throws: `RoostError` if a file is malformed.
    init(_ source: TokenizerSource, ids: [ByteText: Int], limit: Int) throws {
        let settings = try source.tokensOfSettings() ?? (source.tokenizer == nil ? source.tokensOfAddedTokens() : [])
        let own = try source.tokensOfTokenizer()
        var known = Dictionary(own.map { ($0.content, $0) }) { $1 }
        var next = max(ids.values.max() ?? -1, own.map(\.id).max() ?? -1) + 1
        for var token in settings.sorted(by: { $0.id < $1.id }) {
            if let id = known[token.content]?.id ?? ids[token.content] {
                token.id = id
            } else if source.tokenizer != nil {
                token.id = next
            }
            next = max(next, token.id + 1)
            known[token.content] = token
        }
        let names = try Self.specialNames(source)
        for name in names.required + names.assumed {
            if let id = known[name]?.id ?? ids[name] {
                known[name, default: AddedToken(id: id, content: name, isSpecial: true)].isSpecial = true
            } else if names.required.contains(name) {
                guard next < limit else {
                    notes.append(
                        "The token \(name.description.quotedForPeople) is ignored: the vocabulary has none of that text, and no row is left for it.")
                    continue
                }
                known[name] = AddedToken(id: next, content: name, isSpecial: true)
                next += 1
            }
        }
        tokens = known.values.sorted { ($0.id, $0.content) < ($1.id, $1.content) }
    }

    /// The names of special tokens in the files, and those that the tokenizer's class treats as special if they exist.
    private static func specialNames(_ source: TokenizerSource) throws -> (required: [ByteText], assumed: [ByteText]) {
        var holders = [source.settings].compactMap { $0 }
        if source.settings?["added_tokens_decoder"]?.members == nil, let map = try source.json("special_tokens_map.json") { holders.append(map) }
        var names: [ByteText] = []
        for holder in holders {
            let values = ["bos", "eos", "unk", "sep", "pad", "cls", "mask"].compactMap { holder["\($0)_token"] }
            names += (values + (holder["additional_special_tokens"]?.list ?? [])).compactMap(\.tokenText)
        }
        let kind = source.settings?["tokenizer_class"]?.string ?? source.model?["model_type"]?.string ?? ""
        let assumed: [ByteText] =
            switch kind.lowercased() {
            case let name where name.hasPrefix("gpt2") || name.hasPrefix("qwen2"): ["<|endoftext|>"]
            case let name where name.hasPrefix("bert"): BERTVocabularyFile.names.values.sorted()
            default: []
            }
        return (names.filter { !$0.bytes.isEmpty }, assumed)
    }
}

extension JSONValue {
    /// The text of a token, which is a string or an object with flags.
    var tokenText: ByteText? { text ?? self["content"]?.text }
}
