/// One whole GGUF file of a repository or a snapshot: a file, or the parts of a split one, which count as one.
public struct GGUFVariant: Sendable, Hashable {
    /// The quantisation that the file name carries, if it carries one.
    public let quantization: QuantizationTag?
    /// What pages call it: its quantisation with a publisher's word before it, as in `UD-Q4_K_XL` and `i1-Q4_K_M`; `nil` without a quantisation.
    public let label: String?
    /// The files in part order; an engine is given the first.
    public let files: [RepositoryFilePath]
    /// The path without the part suffix and `.gguf`.
    public let name: String

    init(name: String, files: [RepositoryFilePath]) {
        self.name = name
        self.files = files
        (quantization, label) = Self.tag(in: name)
    }

    /// The last part of the file name that is shaped like a quantisation, else the last such folder name.
    private static func tag(in name: String) -> (QuantizationTag?, String?) {
        let words = name.split { "/-. ".contains($0) }
        let found = words.indices.reversed().lazy.compactMap { index in QuantizationTag(parsing: String(words[index])).map { (index, $0) } }.first
        guard let (index, tag) = found else { return (nil, nil) }
        // Unsloth's dynamic quantisations, and mradermacher's by importance matrix: other files than the plain ones beside them.
        let word = index > 0 ? ["ud": "UD", "i1": "i1"][words[index - 1].lowercased()] : nil
        return (tag, word.map { "\($0)-\(tag)" } ?? tag.description)
    }

    /// Which of several that are as good as each other is meant, when one has to be: the one nearest to the repository's top, with the shortest name.
    func precedes(_ other: Self) -> Bool { order < other.order }

    private var order: (Int, Int, String) { (name.utf8.count { $0 == UInt8(ascii: "/") }, name.utf8.count, name) }
}

extension GGUFVariant {
    /// How well a name fits; lower is better, `nil` is not at all.
    func distance(to wanted: VariantName) -> Int? {
        let text = wanted.description
        if name.utf8.elementsEqual(text.utf8) { return 0 }
        let (lowered, full) = (text.lowercased(), name.lowercased())
        if full == lowered || label?.lowercased() == lowered || full.hasSuffix("/\(lowered)") { return 1 }
        if let tag = wanted.quantization, tag == quantization { return 2 }
        let separators = wanted.quantization == nil ? ["-", ".", " "] : ["-", ".", " ", "_"]
        return full.hasPrefix("\(lowered)/") || separators.contains { full.hasSuffix($0 + lowered) } ? 3 : nil
    }
}
