import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import RoostCore

/// Makes calls over HTTP. It follows no redirect, waits at most `timeLimit` in all, and reads at most `answerLimit` of
/// the answer.
struct WebhookSender: Sendable {
    /// The most time from the start of the connection to the end of the answer.
    static let timeLimit: Duration = .seconds(10)
    /// The most bytes of the answer's body. Its content is ignored; it is read so that the receiver can finish sending.
    static let answerLimit = 64 << 10

    private let http: HTTPClient
    private let timeLimit: Duration

    /// Creates a sender; `shutdown()` has to be called at the end.
    ///
    /// - Parameter timeLimit: The most time for a call.
    init(timeLimit: Duration = Self.timeLimit) {
        var configuration = HTTPClient.Configuration()
        configuration.redirectConfiguration = .disallow
        configuration.timeout.connect = .seconds(5)
        http = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        self.timeLimit = timeLimit
    }

    /// Closes all connections.
    ///
    /// - Throws: The errors of the HTTP client.
    func shutdown() async throws { try await http.shutdown() }

    /// Makes a call.
    ///
    /// - Parameter call: The call.
    /// - Throws: `RoostError` with code `network` unless the receiver answers with a status of 200 … 299; `CancellationError`.
    func send(_ call: WebhookCall) async throws {
        let deadline = ContinuousClock.now + timeLimit
        var request = HTTPClientRequest(url: call.url)
        request.method = .POST
        for header in call.headers { request.headers.add(name: header.name, value: header.value) }
        request.body = .bytes(ByteBuffer(bytes: call.body))
        let response: HTTPClientResponse
        do {
            response = try await http.execute(request, deadline: .now() + TimeAmount(timeLimit))
        } catch {
            throw failure(error)
        }
        await read(response.body, until: deadline)
        let status = Int(response.status.code)
        switch status {
        case 200..<300: return
        case 300..<400: throw RoostError(.network, "The receiver answered \(status), a redirect, and webhooks follow none; set the final URL.")
        default: throw RoostError(.network, "The receiver answered \(status); only 200 to 299 count as received.")
        }
    }

    /// Reads the rest of an answer. Only the status decides; a body that is too long, too slow or incomplete has no
    /// effect.
    private func read(_ body: HTTPClientResponse.Body, until deadline: ContinuousClock.Instant) async {
        _ = try? await TimeSource().finishes(within: deadline - .now) {
            var left = Self.answerLimit
            for try await part in body {
                left -= part.readableBytes
                if left <= 0 { return }
            }
        }
    }

    private func failure(_ error: any Error) -> any Error {
        if error is CancellationError || Task.isCancelled { return CancellationError() }
        let reason =
            switch error as? HTTPClientError {
            case .deadlineExceeded, .readTimeout: "no answer came within \(timeLimit.components.seconds) seconds"
            case .connectTimeout, .tlsHandshakeTimeout: "no connection came up within 5 seconds"
            case .remoteConnectionClosed: "the receiver closed the connection without an answer"
            default: "\(error)"
            }
        return RoostError(.network, "The call failed: \(reason).", cause: error)
    }
}
