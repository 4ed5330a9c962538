/// The limits for untrusted JSON texts.
package struct JSONLimits: Sendable {
    /// The maximum size of the text in bytes. The largest tokenizer.json in use has about 35 MB.
    var byteCount: Int
    /// The maximum number of values and keys, each of which needs 16 bytes of memory. A vocabulary of 262144 tokens
    /// with its merges has about 2.3 million.
    var nodeCount: Int
    /// The maximum nesting of arrays and objects.
    var depth: Int

    /// Creates limits. The defaults are for a model's files.
    package init(byteCount: Int = 64 << 20, nodeCount: Int = 8_000_000, depth: Int = 128) {
        self.byteCount = byteCount
        self.nodeCount = nodeCount
        self.depth = depth
    }
}
