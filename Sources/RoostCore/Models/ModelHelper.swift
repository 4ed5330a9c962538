/// A kind of GGUF file that is not a model and works only together with one.
public enum ModelHelper: Sendable, Hashable, CustomStringConvertible {
    /// Predicts tokens for a model: MTP, EAGLE, DFlash, an assistant.
    case draftHead
    /// Converts images or sounds into a model's input.
    case projector
    /// Contains the importance of each weight, for quantising.
    case importanceMatrix
    /// Modifies a model: LoRA.
    case adapter
    /// A part of an image model, such as its VAE.
    case imagePart

    /// The kind in words, as in `"x.gguf" is a draft head`.
    public var description: String {
        switch self {
        case .draftHead: "a draft head, which only speeds up its model"
        case .projector: "a projector, which only turns pictures or sounds into what its model reads"
        case .importanceMatrix: "an importance matrix, which is for quantising"
        case .adapter: "an adapter (LoRA), which works only on the model that it was made for"
        case .imagePart: "a part of a model that makes pictures"
        }
    }
}

extension ModelHelper {
    /// Returns the kind of helper that a file's name suggests.
    ///
    /// - Parameters:
    ///   - path: The path without `.gguf` and without the number of a part.
    ///   - hasQuantization: Whether the name contains a quantisation, as those of models do.
    /// - Returns: The kind, and whether it is certain. Otherwise the file's head decides.
    static func suspicion(_ path: String, hasQuantization: Bool) -> (helper: ModelHelper, isCertain: Bool)? {
        let folders = path.split(separator: "/").map(String.init)
        guard let name = folders.last else { return nil }
        let words = name.lowercased().split { "-._ ".contains($0) }.map(String.init)
        if name.lowercased().contains("mmproj") { return (.projector, true) }
        // llama.cpp's own rule for helpers, and the usual folders and suffixes of such files.
        let isDraft =
            draftWords.contains { name.contains("\($0)-") } || words.last.map(draftWords.contains) == true
            || folders.dropLast().contains { draftWords.contains($0.lowercased()) }
        if isDraft { return (.draftHead, true) }
        if words.contains("imatrix") { return (.importanceMatrix, !hasQuantization) }
        if words.contains(where: draftWords.contains) || words.contains("draft") || words.contains("assistant") { return (.draftHead, false) }
        if words.contains("lora") || words.contains("adapter") { return (.adapter, false) }
        return words.contains("vae") || folders.dropLast().contains { $0.lowercased() == "vae" } ? (.imagePart, false) : nil
    }

    private static let draftWords = ["mtp", "eagle3", "dflash", "dspark"]
}
