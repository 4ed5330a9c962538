/// A keyed hash (RFC 2104) that authenticates the sender of a message.
package struct HMAC<Function: HashFunction>: Sendable {
    private var inner = Function()
    private var outer = Function()

    /// Starts a message.
    ///
    /// - Parameter key: The secret that sender and receiver share, of any length.
    package init(key: some Collection<UInt8>) {
        var block = key.count > Function.blockSize ? Function.hash(data: key) : Array(key)
        block += Array(repeating: 0, count: Function.blockSize - block.count)
        inner.update(data: block.map { $0 ^ 0x36 })
        outer.update(data: block.map { $0 ^ 0x5c })
    }

    package mutating func update(data: some Collection<UInt8>) { inner.update(data: data) }

    /// Returns the code of the message so far.
    package func finalize() -> [UInt8] {
        var result = outer
        result.update(data: inner.finalize())
        return result.finalize()
    }
}
