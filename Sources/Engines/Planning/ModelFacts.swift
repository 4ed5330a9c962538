/// What the files of a model say about the engine that it needs.
public struct ModelFacts: Sendable, Hashable {
    /// Whether the model makes vectors of texts, and nothing else.
    public var makesEmbeddings = false
    /// Tokens that the model was trained for; `nil` when its file does not say.
    public var contextLength: Int?
    /// Bytes of the weights.
    public var weightBytes: Int64 = 0
    /// Bytes that each token of the context takes; `nil` when the file does not say enough.
    public var bytesPerToken: Int64?

    /// Nothing is known.
    public init() {}
}
