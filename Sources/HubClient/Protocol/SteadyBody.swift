import AsyncHTTPClient
import NIOCore
import RoostCore

/// A body that has to keep coming: one that drips, a byte now and then, is never silent for long enough to count as stalled, and never ends.
///
/// Only the time in which we wait for the other side counts. Bytes that our own limits leave lying are no fault of its.
struct SteadyBody: AsyncSequence, Sendable {
    let body: HTTPClientResponse.Body
    /// Over so long a wait the rate is taken.
    let window: Duration
    /// What is thrown when the rate is below the floor, by the bytes that came in the window.
    let failure: @Sendable (Int) -> RoostError

    /// Bytes a second. No line that is of any use is slower; a new connection may find a better way.
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
    /// The body of an answer that is a file, or a part of one.
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
