import HTTPTypes
import Hummingbird
import NIOCore
import RoostCore
import Synchronization
import Testing

@testable import RoostServer

/// Large answers whose clients do not read them.
@Suite struct LargeAnswersTests {
    /// Keeps what is written.
    private final class Pieces: Sendable {
        let all = Mutex<[ByteBuffer]>([])
    }

    private struct Writer: ResponseBodyWriter {
        let pieces: Pieces

        mutating func write(_ buffer: ByteBuffer) async throws { pieces.all.withLock { $0.append(buffer) } }
        consuming func finish(_ trailingHeaders: HTTPFields?) async throws {}
    }

    private func answer(_ size: Int, _ middleware: LargeAnswers, _ method: HTTPRequest.Method = .get) async throws -> Response {
        let request = Request(head: HTTPRequest(method: method, scheme: nil, authority: nil, path: "/x"), body: RequestBody(buffer: ByteBuffer()))
        return try await middleware.handle(request, context: TestInference.context) { _, _ in
            Response(status: .ok, body: ResponseBody(byteBuffer: ByteBuffer(repeating: 7, count: size)))
        }
    }

    @Test func `answers count until they are read, and are written in small pieces`() async throws {
        let middleware = LargeAnswers(budget: .ofAnswers(limit: 8 << 20))
        var unread = [try await answer(3 << 20, middleware), try await answer(3 << 20, middleware)]
        let error = await #expect(throws: RoostError.self) { try await answer(3 << 20, middleware) }
        #expect(error?.code == .rateLimited && error?.message.contains("Large answers that their clients have not read yet") == true)
        #expect(try await answer(64 << 10, middleware).body.contentLength == 64 << 10)
        let pieces = Pieces()
        #expect(unread[0].body.contentLength == 3 << 20)
        try await unread.removeFirst().body.write(Writer(pieces: pieces))
        let written = pieces.all.withLock { $0 }
        #expect(written.map(\.readableBytes).reduce(0, +) == 3 << 20 && written.allSatisfy { $0.readableBytes <= 64 << 10 })
        #expect(try await answer(3 << 20, middleware).status == .ok)
        #expect(unread.count == 1)
    }

    @Test func `an answer whose work was done is never refused, and the next one is refused before its work`() async throws {
        let middleware = LargeAnswers(budget: .ofAnswers(limit: 8 << 20))
        let unread = [try await answer(5 << 20, middleware, .post), try await answer(5 << 20, middleware, .post)]
        let error = await #expect(throws: RoostError.self) { try await answer(10, middleware, .post) }
        #expect(error?.code == .rateLimited)
        #expect(try await answer(10, middleware).status == .ok && unread.count == 2)
    }
}
