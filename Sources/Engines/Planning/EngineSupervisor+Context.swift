package import RoostCore

extension EngineSupervisor {
    /// Sets the context length of a model's engines until another call for it. A loaded engine ends, so that the next
    /// load has the new length.
    ///
    /// - Parameters:
    ///   - length: The number of tokens; 0 for the model's own.
    ///   - reference: The model, as the catalog names it.
    /// - Throws: `RoostError` with code `conflict` while its engine is in use.
    package func setContextLength(_ length: Int, of reference: ModelReference) throws {
        guard length != contextLength(of: reference) || wishes[reference] != nil else { return }
        if let engine = engines[reference], !engine.isStopping {
            guard engine.holders == 0 else {
                throw RoostError(
                    .conflict, "\(reference) is loading or answering with another context length; try again when it has answered.",
                    field: "context_length")
            }
            stop(reference, because: "another context length was asked for")
        }
        contextLengths[reference] = length
        wishes[reference] = nil
    }

    /// The wanted context length of a model in tokens: as a request has set it, or the configuration for the model, its
    /// repository or all models; 0 for the model's own.
    func contextLength(of reference: ModelReference) -> Int {
        contextLengths[reference] ?? configuration.contextLengths[reference]
            ?? configuration.contextLengths[ModelReference(repository: reference.repository)] ?? configuration.contextLength
    }
}
