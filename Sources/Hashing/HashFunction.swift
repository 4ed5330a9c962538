/// An incremental hash function. A value type: a copy continues from the state of the original.
package protocol HashFunction: Sendable {
    /// The size of the blocks that the function processes, in bytes. HMAC (RFC 2104) pads its key to this size.
    static var blockSize: Int { get }

    init()

    mutating func update(bufferPointer bytes: UnsafeRawBufferPointer)

    /// Returns the hash of the bytes so far. More bytes may follow.
    func finalize() -> [UInt8]
}

extension HashFunction {
    package mutating func update(data: some Collection<UInt8>) {
        let done: Void? = data.withContiguousStorageIfAvailable { update(bufferPointer: UnsafeRawBufferPointer($0)) }
        if done == nil { Array(data).withUnsafeBytes { update(bufferPointer: $0) } }
    }

    /// Returns the hash of complete data.
    package static func hash(data: some Collection<UInt8>) -> [UInt8] {
        var hash = Self()
        hash.update(data: data)
        return hash.finalize()
    }
}
