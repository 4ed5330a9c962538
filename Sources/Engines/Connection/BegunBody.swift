import AsyncHTTPClient
import NIOCore
import Synchronization

/// A body of which the first chunk was read already.
final class BegunBody: Sendable {
    /// The first chunk; `nil` for an empty body.
    let first: ByteBuffer?
    private let rest: Mutex<HTTPClientResponse.Body.AsyncIterator?>

    /// Creates a body.
    ///
    /// - Parameters:
    ///   - first: The first chunk.
    ///   - rest: The iterator that gave it.
    init(_ first: ByteBuffer?, _ rest: sending HTTPClientResponse.Body.AsyncIterator) {
        self.first = first
        self.rest = Mutex(rest)
    }

    /// Returns the iterator of the rest; once.
    func takeRest() -> sending HTTPClientResponse.Body.AsyncIterator? {
        rest.withLock { rest in
            let taken = rest
            rest = nil
            return taken
        }
    }
}
