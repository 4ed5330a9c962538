import HTTPTypes
import Hummingbird
package import HummingbirdCore
package import NIOCore

/// An event on a connection: the body of its request is wanted.
package struct BodyWanted: Sendable {}

/// The body of a request with `Expect: 100-continue`: the client is told to send it when the server begins to read.
package struct AwaitedBody: AsyncSequence, Sendable {
    package let body: RequestBody
    package let channel: any Channel

    package struct AsyncIterator: AsyncIteratorProtocol {
        fileprivate var iterator: RequestBody.AsyncIterator
        /// The channel for the event; `nil` after it was sent.
        fileprivate var channel: (any Channel)?

        @concurrent package mutating func next() async throws -> ByteBuffer? {
            channel?.triggerUserOutboundEvent(BodyWanted(), promise: nil)
            channel = nil
            return try await iterator.next()
        }
    }

    package func makeAsyncIterator() -> AsyncIterator { AsyncIterator(iterator: body.makeAsyncIterator(), channel: channel) }
}

extension Request {
    /// Returns the same request. Its client is told to send the body as soon as it is read. A request that is refused
    /// before that gets its answer at once.
    package func sayingContinue(on channel: any Channel) -> Request {
        guard headers[.expect] != nil else { return self }
        var request = self
        request.body = RequestBody(asyncSequence: AwaitedBody(body: body, channel: channel))
        return request
    }
}
