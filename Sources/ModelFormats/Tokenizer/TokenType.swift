/// The role of a token, with llama.cpp's number.
enum TokenType: Int32, Sendable {
    /// Text.
    case normal = 1
    /// The replacement for text that the vocabulary cannot represent.
    case unknown = 2
    /// A control token, such as `<|im_end|>`. It is recognized in a text only on request.
    case control = 3
    /// A token that is recognized in any text before the text is split into words.
    case userDefined = 4
    /// A token without a meaning, such as padding of the vocabulary to a round size.
    case unused = 5
    /// A single byte, such as `<0x0A>`.
    case byte = 6
}
