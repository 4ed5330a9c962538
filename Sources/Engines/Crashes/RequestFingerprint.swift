package import NIOCore

/// A value that is equal for equal requests, within this process.
package struct RequestFingerprint: Sendable, Hashable {
    private let value: Int

    /// Computes the fingerprint of a request as it is sent to an engine.
    ///
    /// - Parameters:
    ///   - path: The path.
    ///   - body: The body. The computation takes about a millisecond per megabyte.
    package init(path: String, body: ByteBuffer) {
        var hasher = Hasher()
        hasher.combine(path)
        body.withUnsafeReadableBytes { hasher.combine(bytes: $0) }
        value = hasher.finalize()
    }
}
