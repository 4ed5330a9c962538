import Foundation
import HTTPTypes
import Hashing
import Hummingbird
import Logging
import NIOCore
import RoostCore
import Synchronization
import TestSupport

/// A real HTTP server that takes webhooks, keeps what came, and answers as the test says.
final class WebhookReceiver: Sendable {
    /// One call as it came.
    struct Call: Sendable {
        let path: String
        let headers: HTTPFields
        let body: Data

        func header(_ name: String) -> String? { HTTPField.Name(name).flatMap { headers[$0] } }

        var json: [String: Any] { (try? JSONSerialization.jsonObject(with: body) as? [String: Any]) ?? [:] }

        /// What the signature must be, by the documentation's rule.
        func expectedSignature(secret: String) -> String {
            let text = Data("\(header("X-Roost-Timestamp") ?? "").".utf8) + body
            var code = HMAC<SHA256>(key: secret.utf8)
            code.update(data: text)
            return "sha256=" + code.finalize().hexadecimal
        }
    }

    typealias Answer = @Sendable (_ call: Call, _ number: Int) async throws -> Response

    /// The calls, in the order they came.
    let calls: AsyncStream<Call>
    private let arrived: AsyncStream<Call>.Continuation
    private let count = Mutex(0)
    private let answer: Answer

    init(answer: @escaping Answer) {
        (calls, arrived) = AsyncStream.makeStream()
        self.answer = answer
    }

    /// How many calls came so far.
    var callCount: Int { count.withLock { $0 } }

    /// The next call.
    func next() async -> Call? {
        for await call in calls { return call }
        return nil
    }

    /// Runs a receiver and a test with it and its URL.
    static func run(
        answer: @escaping Answer = { _, _ in Response(status: .ok) }, _ body: (_ receiver: WebhookReceiver, _ port: Int) async throws -> Void
    ) async throws {
        let receiver = WebhookReceiver(answer: answer)
        let router = Router()
        for path in ["hook", "elsewhere", "slow"] { router.post(RouterPath(path)) { request, _ in try await receiver.take(request) } }
        try await withRunningService { (ready: @escaping @Sendable (Int) async -> Void) in
            Application(
                router: router, configuration: .init(address: .hostname("127.0.0.1", port: 0)),
                onServerRunning: { await ready($0.localAddress?.port ?? 0) },
                logger: .silent)
        } _: { (port: Int) in
            try await body(receiver, port)
        }
    }

    private func take(_ request: Request) async throws -> Response {
        let body = try await request.body.collect(upTo: 1 << 20)
        let call = Call(path: request.uri.path, headers: request.headers, body: Data(body.readableBytesView))
        let number = count.withLock { count in
            count += 1
            return count
        }
        arrived.yield(call)
        return try await answer(call, number)
    }
}
