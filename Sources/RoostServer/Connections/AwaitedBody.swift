import HTTPTypes
import Hummingbird
import HummingbirdCore
import NIOCore

/// What a connection is told when the body of its request is wanted.
struct BodyWanted: Sendable {}

/// A request's body whose client asked whether to send it at all (`Expect: 100-continue`): it is told when somebody begins to read.
struct AwaitedBody: AsyncSequence, Sendable {
    let body: RequestBody
    let channel: any Channel

    struct AsyncIterator: AsyncIteratorProtocol {
        fileprivate var iterator: RequestBody.AsyncIterator
        /// Where to say it; `nil` when it was said.
        fileprivate var channel: (any Channel)?

        @concurrent mutating func next() async throws -> ByteBuffer? {
            channel?.triggerUserOutboundEvent(BodyWanted(), promise: nil)
            channel = nil
            return try await iterator.next()
        }
    }

    func makeAsyncIterator() -> AsyncIterator { AsyncIterator(iterator: body.makeAsyncIterator(), channel: channel) }
}

extension Request {
    /// The same request, whose client is told to send the body as soon as somebody reads it. A request that is refused before gets its answer at once.
    func sayingContinue(on channel: any Channel) -> Request {
        guard headers[.expect] != nil else { return self }
        var request = self
        request.body = RequestBody(asyncSequence: AwaitedBody(body: body, channel: channel))
        return request
    }
}
