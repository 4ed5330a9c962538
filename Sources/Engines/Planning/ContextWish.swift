/// The context that a request asks for.
package struct ContextWish: Sendable, Hashable {
    /// The least number of tokens.
    package let tokens: Int
    /// The request field, for errors.
    package let field: String

    /// Creates a wish.
    package init(tokens: Int, field: String) {
        self.tokens = tokens
        self.field = field
    }

    /// The length with which an engine is started for it: the next power of two, or the model's own length, so that
    /// requests that ask for more and more cause few loads.
    ///
    /// - Parameter trained: The number of tokens that the model was trained for; `nil` if that is not known.
    /// - Returns: The number of tokens.
    func length(trained: Int?) -> Int { min(trained ?? .max, sequence(first: 256) { $0 * 2 }.first { $0 >= tokens } ?? tokens) }
}
