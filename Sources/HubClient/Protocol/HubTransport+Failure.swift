import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import NIOPosix
import RoostCore
import SystemPackage

extension HubTransport {
    /// The error for a connection that failed or broke.
    ///
    /// - Parameters:
    ///   - error: What the HTTP client threw.
    ///   - url: What was being fetched.
    /// - Returns: `CancellationError` when the task was cancelled, `RoostError` otherwise.
    func failure(_ error: any Error, url: RemoteURL) -> any Error {
        if error is CancellationError || Task.isCancelled { return CancellationError() }
        if let error = error as? RoostError { return error }
        let context: KeyValuePairs = ["request": "GET \(url.withoutQuery)"]
        guard !Self.isCertificateFailure(error) else {
            return RoostError(
                .hubProtocolViolation,
                "The TLS certificate of \(url.origin) proves nothing: it has expired, is for another host, or nobody whom this machine trusts has signed it. "
                    + "Check HF_ENDPOINT, this machine's clock, and whether a proxy reads along.",
                cause: error, context: context)
        }
        return RoostError(
            .network, "The connection to \(url.origin) failed: \(reason(error)). Check the network, and HF_ENDPOINT if it is set.", cause: error,
            context: context)
    }

    /// Whether the other side closed the connection before it said anything. It does so with one that was kept from an earlier request, when it
    /// wants to keep it no longer; a request that may be repeated is then repeated on a new one (RFC 9110, section 9.2.2).
    static func isClosedConnection(_ error: any Error) -> Bool {
        if error as? HTTPClientError == .remoteConnectionClosed { return true }
        return (error as? IOError).map { [.connectionReset, .brokenPipe].contains(Errno(rawValue: $0.errnoCode)) } ?? false
    }

    private func reason(_ error: any Error) -> String {
        switch error {
        case let error as HTTPClientError: reason(error)
        case HTTPParserError.invalidEOFState: "the other side closed it before the end"
        case HTTPParserError.headerOverflow: "the answer has more headers than any server needs"
        case is HTTPParserError: "the answer is not HTTP/1.1"
        case let error as IOError: "\(Errno(rawValue: error.errnoCode))".lowercased()
        case let error as NIOConnectionError:
            error.connectionErrors.last.map { reason($0.error) } ?? "nobody knows the name \(error.host.quotedForPeople)"
        default: String(describing: error).contains("handshakeFailed") ? "the other side does not speak TLS as it should" : "\(error)"
        }
    }

    private func reason(_ error: HTTPClientError) -> String {
        switch error {
        case .readTimeout: "no byte arrived for \(configuration.stallTimeout)"
        case .connectTimeout, .tlsHandshakeTimeout: "it did not come up within \(configuration.connectTimeout)"
        case .deadlineExceeded: "no answer came"
        case .remoteConnectionClosed: "the other side closed it before the end"
        default: error.shortDescription.lowercased()
        }
    }

    /// By its words: the library that checks certificates is the HTTP library's own affair, and another one on macOS.
    private static func isCertificateFailure(_ error: any Error) -> Bool {
        let words = String(describing: error)
        return ["CERTIFICATE_VERIFY_FAILED", "unableToValidateCertificate", "certificate"].contains(where: words.contains)
    }
}
