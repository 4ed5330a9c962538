/// The properties of a model's files that determine its engine.
public struct ModelFacts: Sendable, Hashable {
    /// Whether the model only computes embeddings.
    public var makesEmbeddings = false
    /// The number of tokens that the model was trained for; `nil` if its file does not contain it.
    public var contextLength: Int?
    /// The size of the weights in bytes.
    public var weightBytes: Int64 = 0
    /// The memory that each token of the context needs, in bytes; `nil` if the file does not contain enough
    /// information.
    public var bytesPerToken: Int64?

    /// Creates a value without known properties.
    public init() {}
}
