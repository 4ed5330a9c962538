public import RoostCore

extension GGUFFile {
    /// Checks what no engine can load although the file is whole: adapters and other helpers, and vocabularies that do not go with the embedding.
    ///
    /// - Parameter name: What to call the file in errors.
    /// - Throws: `RoostError` with code `unsupportedModel`, saying what the file is and what can be done.
    public func checkModel(name: String) throws {
        let kind = metadata.string("general.type") ?? "model"
        guard kind == "model" else {
            let advice =
                kind == "adapter"
                ? "Take the model that it was made for, or one that it was merged into."
                : "Take the model that it belongs to."
            throw RoostError(
                .unsupportedModel,
                "\(name.quotedForPeople) is no model: the file calls itself \(kind.quotedForPeople) (\"general.type\"). Pulling it again changes nothing. \(advice)"
            )
        }
        guard case .array(let tokens)? = metadata["tokenizer.ggml.tokens"],
            let rows = tensors.first(where: { $0.name == "token_embd.weight" })?.dimensions.last, rows != tokens.count
        else { return }
        throw RoostError(
            .unsupportedModel,
            "\(name.quotedForPeople) has \(tokens.count) tokens and an embedding of \(rows) rows, which do not go together. It was made wrongly, so pulling it again "
                + "changes nothing: take another file of the model.")
    }
}
