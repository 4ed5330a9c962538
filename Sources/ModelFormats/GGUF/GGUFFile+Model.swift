import RoostCore

extension GGUFFile {
    /// Throws for a valid file that no engine can load: an adapter or another auxiliary file, or a vocabulary whose
    /// size differs from that of the embedding.
    ///
    /// - Parameter name: The file's name, for errors.
    /// - Throws: `RoostError` with code `unsupportedModel` that contains the kind of the file and advice.
    public func checkModel(name: String) throws {
        let kind = metadata.string("general.type") ?? "model"
        guard kind == "model" else {
            let advice =
                kind == "adapter"
                ? "Take the model that it was made for, or one that it was merged into."
                : "Take the model that it belongs to."
            throw RoostError(
                .unsupportedModel,
                "\(name.quotedForPeople) is not a model: the file's type is \(kind.quotedForPeople) (\"general.type\"). Pulling it again changes nothing. \(advice)"
            )
        }
        guard case .array(let tokens)? = metadata["tokenizer.ggml.tokens"],
            let rows = tensors.first(where: { $0.name == "token_embd.weight" })?.dimensions.last, rows != tokens.count
        else { return }
        throw RoostError(
            .unsupportedModel,
            "\(name.quotedForPeople) has \(tokens.count) tokens and an embedding of \(rows) rows, which must be equal. The file is malformed, so pulling it again "
                + "changes nothing: take another file of the model.")
    }
}
