/// Text as a model file holds it: UTF-8 bytes, compared as bytes.
///
/// Swift's `String` takes "é" and "e" + U+0301 for the same text; vocabularies have both as different tokens, and tensor names are ordered by bytes.
public struct ByteText: Sendable, Hashable {
    /// The bytes; from outside they may be anything, UTF-8 included.
    public let bytes: [UInt8]

    /// Makes a text of bytes.
    ///
    /// - Parameter bytes: The bytes, as they are in the file.
    public init(bytes: some Sequence<UInt8>) { self.bytes = Array(bytes) }

    /// Makes a text of a string's UTF-8.
    ///
    /// - Parameter string: The string.
    public init(_ string: String) { self.bytes = Array(string.utf8) }
}

extension ByteText {
    /// All bytes at once: the array's own way is one after the other, and vocabularies have half a million texts.
    public func hash(into hasher: inout Hasher) { bytes.withUnsafeBytes { hasher.combine(bytes: $0) } }
}

extension ByteText: Comparable {
    /// By bytes, as `memcmp` does it.
    public static func < (left: ByteText, right: ByteText) -> Bool { left.bytes.lexicographicallyPrecedes(right.bytes) }
}

extension ByteText: ExpressibleByStringLiteral, CustomStringConvertible {
    /// Makes a text of a literal.
    ///
    /// - Parameter value: The literal.
    public init(stringLiteral value: String) { self.init(value) }

    /// For people: invalid UTF-8 is replaced.
    public var description: String { String(decoding: bytes, as: UTF8.self) }
}
