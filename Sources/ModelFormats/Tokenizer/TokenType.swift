/// What a token is for, by llama.cpp's number of it.
enum TokenType: Int32, Sendable {
    /// Text.
    case normal = 1
    /// What stands for all that the vocabulary cannot say.
    case unknown = 2
    /// Written by programs, such as `<|im_end|>`; found in text only on request.
    case control = 3
    /// Found in any text before it is split into words.
    case userDefined = 4
    /// Without a meaning, such as the filling of a vocabulary to a round size.
    case unused = 5
    /// One byte, such as `<0x0A>`.
    case byte = 6
}
