/// A text in a model file: UTF-8 bytes that are compared as bytes.
///
/// Swift's `String` treats "é" and "e" + U+0301 as equal. Vocabularies contain both as different tokens, and tensor
/// names are ordered by bytes.
public struct ByteText: Sendable, Hashable {
    /// The bytes. They come from a file and may be invalid UTF-8.
    public let bytes: [UInt8]

    /// Creates a text from bytes.
    ///
    /// - Parameter bytes: The bytes from the file.
    public init(bytes: some Sequence<UInt8>) { self.bytes = Array(bytes) }

    /// Creates a text from a string's UTF-8.
    ///
    /// - Parameter string: The string.
    public init(_ string: String) { self.bytes = Array(string.utf8) }
}

extension ByteText {
    /// Hashes all bytes in one call. The array's own implementation hashes them one by one, and vocabularies have half
    /// a million texts.
    public func hash(into hasher: inout Hasher) { bytes.withUnsafeBytes { hasher.combine(bytes: $0) } }
}

extension ByteText: Comparable {
    /// Compares by bytes, like `memcmp`.
    public static func < (left: ByteText, right: ByteText) -> Bool { left.bytes.lexicographicallyPrecedes(right.bytes) }
}

extension ByteText: ExpressibleByStringLiteral, CustomStringConvertible {
    /// Creates a text from a literal.
    ///
    /// - Parameter value: The literal.
    public init(stringLiteral value: String) { self.init(value) }

    /// A description for users, with invalid UTF-8 replaced.
    public var description: String { String(decoding: bytes, as: UTF8.self) }
}
