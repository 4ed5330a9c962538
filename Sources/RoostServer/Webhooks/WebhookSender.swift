import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import RoostCore

/// Makes calls over HTTP: follows no redirect, waits no longer than `timeLimit` in all, reads no more than `answerLimit` of the answer.
struct WebhookSender: Sendable {
    /// From the connection's begin to the answer's end.
    static let timeLimit: Duration = .seconds(10)
    /// In bytes. Nothing in the answer's body matters; it is read so that the receiver can finish what it says.
    static let answerLimit = 64 << 10

    private let http: HTTPClient
    private let timeLimit: Duration

    /// Makes a sender; `shutdown()` has to be called in the end.
    ///
    /// - Parameter timeLimit: How long a call may take.
    init(timeLimit: Duration = Self.timeLimit) {
        var configuration = HTTPClient.Configuration()
        configuration.redirectConfiguration = .disallow
        configuration.timeout.connect = .seconds(5)
        http = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        self.timeLimit = timeLimit
    }

    /// Closes all connections.
    ///
    /// - Throws: What the HTTP client throws.
    func shutdown() async throws { try await http.shutdown() }

    /// Makes a call.
    ///
    /// - Parameter call: What to send.
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
        case 300..<400: throw RoostError(.network, "The receiver answered \(status), a redirect, and webhooks follow none; name the final address.")
        default: throw RoostError(.network, "The receiver answered \(status); only 200 to 299 count as received.")
        }
    }

    /// The call is decided by the status; a body that is too long, too slow or cut off changes nothing.
    private func read(_ body: HTTPClientResponse.Body, until deadline: ContinuousClock.Instant) async {
        await withDiscardingTaskGroup { group in
            let reading = ReadingLimit()
            group.addTask {
                await reading.run(body)
                reading.finished.signal()
            }
            await reading.finished.wait(atMost: deadline - .now)
            group.cancelAll()
        }
    }

    private struct ReadingLimit: Sendable {
        let finished = WakeSignal()

        func run(_ body: HTTPClientResponse.Body) async {
            var left = WebhookSender.answerLimit
            do {
                for try await part in body {
                    left -= part.readableBytes
                    if left <= 0 { return }
                }
            } catch {
                // See above: what comes after the status does not matter.
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
