/// How much of a JSON text from outside is looked at before it is refused.
struct JSONLimits: Sendable {
    /// Bytes of the text. The largest tokenizer.json in use has about 35 MB.
    var byteCount = 64 << 20
    /// Values and keys, each of which takes 16 bytes of memory; a vocabulary of 262144 with its merges has about 2.3 million.
    var nodeCount = 8_000_000
    /// Arrays and objects inside each other.
    var depth = 128
}
