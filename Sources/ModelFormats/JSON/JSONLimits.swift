/// How much of a JSON text from outside is looked at before it is refused.
package struct JSONLimits: Sendable {
    /// Bytes of the text. The largest tokenizer.json in use has about 35 MB.
    var byteCount: Int
    /// Values and keys, each of which takes 16 bytes of memory; a vocabulary of 262144 with its merges has about 2.3 million.
    var nodeCount: Int
    /// Arrays and objects inside each other.
    var depth: Int

    /// Makes limits; those of a model's files where nothing else is said.
    package init(byteCount: Int = 64 << 20, nodeCount: Int = 8_000_000, depth: Int = 128) {
        self.byteCount = byteCount
        self.nodeCount = nodeCount
        self.depth = depth
    }
}
