/// The tokens that an engine looks for in each text before it splits the rest into other tokens: the model's own marks, such as
/// `<|im_end|>`, and texts that its maker has added. As in llama.cpp's `cache_special_tokens` (src/llama-vocab.cpp): those of
/// the types unknown, control and user-defined.
package struct PromptMarks: Sendable, Hashable {
    /// The types of `tokenizer.ggml.token_type` that are special.
    private static let types: Set<Int32> = [2, 3, 4]
    /// Members whose texts are no part of a prompt: images and sounds in base64.
    private static let otherMembers: Set<ByteText> = ["image_url", "input_audio"]

    /// The tree of the tokens' bytes: the next node for a node and a byte. The root is 0. So a byte costs the same, however many
    /// tokens begin with it.
    private var next: [UInt64: UInt32] = [:]
    /// The nodes at which a token ends.
    private var ends: Set<UInt32> = []

    /// Creates a list.
    ///
    /// - Parameter tokens: The tokens; empty ones are left out.
    package init(_ tokens: some Sequence<ByteText>) {
        var nodes: UInt32 = 1
        for token in tokens where !token.bytes.isEmpty {
            var node: UInt32 = 0
            for byte in token.bytes {
                let key = Self.key(node, byte)
                if next[key] == nil {
                    next[key] = nodes
                    nodes += 1
                }
                node = next[key] ?? 0
            }
            ends.insert(node)
        }
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

    /// Returns how many special tokens the strings of a JSON value contain, without the names of members, images and sounds.
    ///
    /// Each of them is a token of the prompt, whatever the rest is.
    ///
    /// - Parameter value: The value.
    /// - Returns: The number.
    package func count(in value: JSONValue) -> Int {
        if let elements = value.elements { return elements.reduce(0) { $0 + count(in: $1) } }
        if let members = value.members {
            return members.reduce(0) { sum, member in
                member.key.text.map(Self.otherMembers.contains) == true ? sum : sum + count(in: member.value)
            }
        }
        return value.text.map { count(in: $0.bytes) } ?? 0
    }

    private func count(in text: [UInt8]) -> Int {
        text.withUnsafeBufferPointer { bytes in
            var (position, found) = (0, 0)
            while position < bytes.count {
                let length = longestToken(in: bytes, at: position)
                found += length > 0 ? 1 : 0
                position += max(1, length)
            }
            return found
        }
    }

    /// The bytes of the longest token at a position; 0 without one.
    private func longestToken(in bytes: UnsafeBufferPointer<UInt8>, at start: Int) -> Int {
        var (node, length): (UInt32, Int) = (0, 0)
        for position in start..<bytes.count {
            guard let following = next[Self.key(node, bytes[position])] else { break }
            node = following
            if ends.contains(node) { length = position - start + 1 }
        }
        return length
    }

    private static func key(_ node: UInt32, _ byte: UInt8) -> UInt64 { UInt64(node) << 8 | UInt64(byte) }
}
