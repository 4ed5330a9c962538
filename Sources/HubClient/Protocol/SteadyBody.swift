import AsyncHTTPClient
import NIOCore
import RoostCore

/// A body with a minimum data rate. A server that sends a byte now and then never counts as stalled, and its body never
/// ends.
///
/// Only the time of waiting for the server counts, so Roost's own limits do not cause a failure.
struct SteadyBody: AsyncSequence, Sendable {
    let body: HTTPClientResponse.Body
    /// The waiting time over which the rate is measured.
    let window: Duration
    /// Returns the error for a rate below the minimum, from the number of bytes in the window.
    let failure: @Sendable (Int) -> RoostError

    /// The minimum rate in bytes per second. A slower connection is useless, and a new one may be faster.
    static let slowest = 1024.0

    func makeAsyncIterator() -> AsyncIterator { AsyncIterator(inner: body.makeAsyncIterator(), body: self) }

    struct AsyncIterator: AsyncIteratorProtocol {
        fileprivate var inner: HTTPClientResponse.Body.AsyncIterator
        fileprivate let body: SteadyBody
        private var waited: Duration = .zero
        private var bytes = 0

        fileprivate init(inner: HTTPClientResponse.Body.AsyncIterator, body: SteadyBody) {
            self.inner = inner
            self.body = body
        }

        mutating func next(isolation actor: isolated (any Actor)?) async throws -> ByteBuffer? {
            let start = ContinuousClock.now
            guard let chunk = try await inner.next(isolation: actor) else { return nil }
            waited += ContinuousClock.now - start
            bytes += chunk.readableBytes
            if waited >= body.window {
                guard Double(bytes) >= SteadyBody.slowest * (waited / .seconds(1)) else { throw body.failure(bytes) }
                (waited, bytes) = (.zero, 0)
            }
            return chunk
        }
    }
}

extension HubTransport {
    /// The body of a response that is a file, or a part of one.
    func body(of answer: HubAnswer) -> SteadyBody {
        let window = configuration.stallTimeout * 2
        return SteadyBody(body: answer.response.body, window: window) { bytes in
            RoostError(
                .network,
                "\(answer.url.origin) sends almost nothing: \(ByteCount(Int64(bytes))) in \(window). Check the network; the next try takes a new connection.",
                context: answer.context)
        }
    }
}
