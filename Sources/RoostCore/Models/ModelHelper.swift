/// A GGUF file that only works beside a model, and is none itself.
public enum ModelHelper: Sendable, Hashable, CustomStringConvertible {
    /// Guesses tokens for a model: MTP, EAGLE, DFlash, an assistant.
    case draftHead
    /// Makes pictures or sounds readable for a model.
    case projector
    /// Tells a quantiser which weights matter.
    case importanceMatrix
    /// Changes a model: LoRA.
    case adapter
    /// Belongs to a model that makes pictures, such as its VAE.
    case imagePart

    /// As in `"x.gguf" is a draft head`.
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
    /// What a file's name says, if it says anything.
    ///
    /// - Parameters:
    ///   - path: The path without `.gguf` and without the number of a part.
    ///   - hasQuantization: Whether the name carries a quantisation, as models do.
    /// - Returns: The kind, and whether the name leaves no doubt. Where it does, the file's head decides.
    static func suspicion(_ path: String, hasQuantization: Bool) -> (helper: ModelHelper, isCertain: Bool)? {
        let folders = path.split(separator: "/").map(String.init)
        guard let name = folders.last else { return nil }
        let words = name.lowercased().split { "-._ ".contains($0) }.map(String.init)
        if name.lowercased().contains("mmproj") { return (.projector, true) }
        // llama.cpp's own rule for what goes beside a model, and the folders and endings that such files are published with.
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
