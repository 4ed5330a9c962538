/// A whole GGUF model of a repository or a snapshot: one file, or all parts of a split file.
public struct GGUFVariant: Sendable, Hashable {
    /// The quantisation in the file name, if there is one.
    public let quantization: QuantizationTag?
    /// The name on web pages: the quantisation with a publisher's prefix, as in `UD-Q4_K_XL` and `i1-Q4_K_M`; `nil`
    /// without a quantisation.
    public let label: String?
    /// The files in the order of the parts; an engine needs the path of the first.
    public let files: [RepositoryFilePath]
    /// The path without the part suffix and `.gguf`.
    public let name: String

    init(name: String, files: [RepositoryFilePath]) {
        self.name = name
        self.files = files
        (quantization, label) = Self.tag(in: name)
    }

    /// Returns the last part of the file name, or otherwise of the folder names, that has the form of a quantisation.
    private static func tag(in name: String) -> (QuantizationTag?, String?) {
        let words = name.split { "/-. ".contains($0) }
        let found = words.indices.reversed().lazy.compactMap { index in QuantizationTag(parsing: String(words[index])).map { (index, $0) } }.first
        guard let (index, tag) = found else { return (nil, nil) }
        // Unsloth's dynamic quantisations, and mradermacher's with an importance matrix: they differ from the plain
        // files beside them.
        let word = index > 0 ? ["ud": "UD", "i1": "i1"][words[index - 1].lowercased()] : nil
        return (tag, word.map { "\($0)-\(tag)" } ?? tag.description)
    }

    /// Whether this one is preferred to an equally good match: it is nearer to the repository's root, or has the
    /// shorter name.
    func precedes(_ other: Self) -> Bool { order < other.order }

    private var order: (Int, Int, String) { (name.utf8.count { $0 == UInt8(ascii: "/") }, name.utf8.count, name) }
}

extension GGUFVariant {
    /// Returns how well a name matches; lower is better, `nil` is no match.
    func distance(to wanted: VariantName) -> Int? {
        let text = wanted.stem
        if name.utf8.elementsEqual(text.utf8) { return 0 }
        let (lowered, full) = (text.lowercased(), name.lowercased())
        if full == lowered || label?.lowercased() == lowered || full.hasSuffix("/\(lowered)") { return 1 }
        if let tag = wanted.quantization, tag == quantization { return 2 }
        let separators = wanted.quantization == nil ? ["-", ".", " "] : ["-", ".", " ", "_"]
        return full.hasPrefix("\(lowered)/") || separators.contains { full.hasSuffix($0 + lowered) } ? 3 : nil
    }
}
