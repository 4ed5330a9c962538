/// One value of a JSON text, in the order of the text. The contents of an array or object follow it.
struct JSONNode {
    enum Kind: UInt8 {
        case null, `false`, `true`, number, string, escapedString, array, object
    }

    let kind: Kind
    /// The position of the first byte; for a string, of the byte after the opening quote.
    let offset: UInt32
    /// The number of bytes of a string (as written) or number; the number of elements or members of a container.
    var count: UInt32
    /// The index of the node after this one and its contents.
    var next: UInt32
}
