/// The properties of a model's files that determine its engine.
package struct ModelFacts: Sendable, Hashable {
    /// Whether the model only computes embeddings.
    package var makesEmbeddings = false
    /// The number of tokens that the model was trained for; `nil` if its file does not contain it.
    package var contextLength: Int?
    /// The size of the weights in bytes.
    package var weightBytes: Int64 = 0
    /// The memory that each token of the context needs, in bytes; `nil` if the file does not contain enough
    /// information.
    package var bytesPerToken: Int64?

    /// Creates a value without known properties.
    package init() {}
}
