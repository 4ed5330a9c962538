/// One value of a JSON text, in the order of the text; an array's or an object's content follows it.
struct JSONNode {
    enum Kind: UInt8 {
        case null, `false`, `true`, number, string, escapedString, array, object
    }

    let kind: Kind
    /// The first byte; of a string, the first behind its quote.
    let offset: UInt32
    /// Bytes of a string (as written) or number; elements or members of a container.
    var count: UInt32
    /// The node after this one and all it contains.
    var next: UInt32
}
