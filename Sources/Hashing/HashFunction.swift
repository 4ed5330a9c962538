/// A hash of bytes that pass by. A value: a copy goes on from where the original is.
package protocol HashFunction: Sendable {
    /// Of so many bytes at a time; what HMAC (RFC 2104) pads its key to.
    static var blockSize: Int { get }

    init()

    mutating func update(bufferPointer bytes: UnsafeRawBufferPointer)

    /// The hash of the bytes so far; more may follow.
    func finalize() -> [UInt8]
}

extension HashFunction {
    package mutating func update(data: some Collection<UInt8>) {
        let done: Void? = data.withContiguousStorageIfAvailable { update(bufferPointer: UnsafeRawBufferPointer($0)) }
        if done == nil { Array(data).withUnsafeBytes { update(bufferPointer: $0) } }
    }

    /// The hash of bytes that are all here.
    package static func hash(data: some Collection<UInt8>) -> [UInt8] {
        var hash = Self()
        hash.update(data: data)
        return hash.finalize()
    }
}

extension Sequence<UInt8> {
    /// Two digits a byte, in lower case.
    package var hexadecimal: String {
        reduce(into: "") { text, byte in text += (byte < 16 ? "0" : "") + String(byte, radix: 16) }
    }
}
