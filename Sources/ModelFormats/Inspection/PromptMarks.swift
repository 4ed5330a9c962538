/// The tokens that an engine looks for in each text before it splits the rest into other tokens: the model's own marks, such as
/// `<|im_end|>`, and texts that its maker has added. As in llama.cpp's `cache_special_tokens` (src/llama-vocab.cpp): those of
/// the types unknown, control and user-defined.
package struct PromptMarks: Sendable, Hashable {
    /// The types of `tokenizer.ggml.token_type` that are special.
    private static let types: Set<Int32> = [2, 3, 4]

    /// The tokens by their first byte, the longest first.
    private let byFirstByte: [[ByteText]]

    /// Creates a list.
    ///
    /// - Parameter tokens: The tokens; empty ones are left out.
    package init(_ tokens: [ByteText]) {
        var byFirstByte = Array(repeating: [ByteText](), count: 256)
        for token in tokens { if let first = token.bytes.first { byFirstByte[Int(first)].append(token) } }
        self.byFirstByte = byFirstByte.map { $0.sorted { $0.bytes.count > $1.bytes.count } }
    }

    /// Finds the special tokens of a vocabulary; `nil` if the file has none or does not tell.
    package init?(_ metadata: GGUFMetadata) {
        guard case .array(.string(let tokens))? = metadata["tokenizer.ggml.tokens"],
            case .array(.int32(let types))? = metadata["tokenizer.ggml.token_type"]
        else { return nil }
        let special = zip(tokens, types).filter { Self.types.contains($0.1) }.map(\.0)
        guard !special.isEmpty else { return nil }
        self.init(special)
    }

    /// Returns how many special tokens the strings of a JSON value contain, without the names of members.
    ///
    /// Each of them is a token of the prompt, whatever the rest is.
    ///
    /// - Parameter value: The value.
    /// - Returns: The number.
    package func count(in value: JSONValue) -> Int {
        if let elements = value.elements { return elements.reduce(0) { $0 + count(in: $1) } }
        if let members = value.members { return members.reduce(0) { $0 + count(in: $1.value) } }
        return value.text.map { count(in: $0.bytes) } ?? 0
    }

    private func count(in text: some RandomAccessCollection<UInt8>) -> Int {
        // Collections of other types are not specialised here.
        Array(text).withUnsafeBufferPointer { bytes in
            var (position, found) = (0, 0)
            while position < bytes.count {
                let candidates = byFirstByte[Int(bytes[position])]
                let rest = bytes[position...]
                if !candidates.isEmpty, let token = candidates.first(where: { rest.starts(with: $0.bytes) }) {
                    found += 1
                    position += token.bytes.count
                } else {
                    position += 1
                }
            }
            return found
        }
    }
}
