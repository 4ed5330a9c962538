public import NIOCore

/// Tells equal requests apart from others, while this process lives.
public struct RequestFingerprint: Sendable, Hashable {
    private let value: Int

    /// Takes the fingerprint of a request as an engine gets it.
    ///
    /// - Parameters:
    ///   - path: The path.
    ///   - body: The body. About a millisecond for each megabyte.
    public init(path: String, body: ByteBuffer) {
        var hasher = Hasher()
        hasher.combine(path)
        body.withUnsafeReadableBytes { hasher.combine(bytes: $0) }
        value = hasher.finalize()
    }
}
