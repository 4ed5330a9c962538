import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import NIOPosix
import RoostCore
import SystemPackage

extension HubTransport {
    /// Returns the error for a connection that failed or broke.
    ///
    /// - Parameters:
    ///   - error: The error of the HTTP client.
    ///   - url: The requested URL.
    /// - Returns: `CancellationError` if the task was cancelled, otherwise `RoostError`.
    func failure(_ error: any Error, url: RemoteURL) -> any Error {
        if error is CancellationError || Task.isCancelled { return CancellationError() }
        if let error = error as? RoostError { return error }
        let context: KeyValuePairs = ["request": "GET \(url.withoutQuery)"]
        guard !Self.isCertificateFailure(error) else {
            return RoostError(
                .hubProtocolViolation,
                "The TLS certificate of \(url.origin) is not valid: it has expired, is for another host, or is not signed by an authority that this machine trusts. "
                    + "Check HF_ENDPOINT, this machine's clock, and whether a proxy intercepts TLS.",
                cause: error, context: context)
        }
        return RoostError(
            .network, "The connection to \(url.origin) failed: \(reason(error)). Check the network, and HF_ENDPOINT if it is set.", cause: error,
            context: context)
    }

    /// Whether the server closed the connection before it sent anything. A server may do so on a connection that was
    /// kept from an earlier request. A request that may be repeated is then repeated on a new connection (RFC 9110,
    /// section 9.2.2).
    static func isClosedConnection(_ error: any Error) -> Bool {
        if error as? HTTPClientError == .remoteConnectionClosed { return true }
        return (error as? IOError).map { [.connectionReset, .brokenPipe].contains(Errno(rawValue: $0.errnoCode)) } ?? false
    }

    private func reason(_ error: any Error) -> String {
        switch error {
        case let error as HTTPClientError: reason(error)
        case HTTPParserError.invalidEOFState: "the other side closed it before the end"
        case HTTPParserError.headerOverflow: "the response has too many headers"
        case is HTTPParserError: "the answer is not HTTP/1.1"
        case let error as IOError: "\(Errno(rawValue: error.errnoCode))".lowercased()
        case let error as NIOConnectionError:
            error.connectionErrors.last.map { reason($0.error) } ?? "the host name \(error.host.quotedForPeople) cannot be resolved"
        default: String(describing: error).contains("handshakeFailed") ? "the TLS handshake failed" : "\(error)"
        }
    }

    private func reason(_ error: HTTPClientError) -> String {
        switch error {
        case .readTimeout: "no byte arrived for \(configuration.stallTimeout)"
        case .connectTimeout, .tlsHandshakeTimeout: "it could not be opened within \(configuration.connectTimeout)"
        case .deadlineExceeded: "there was no response in time"
        case .remoteConnectionClosed: "the other side closed it before the end"
        default: error.shortDescription.lowercased()
        }
    }

    /// Compares texts, because the library that checks certificates is internal to the HTTP library, and differs on
    /// macOS.
    private static func isCertificateFailure(_ error: any Error) -> Bool {
        let words = String(describing: error)
        return ["CERTIFICATE_VERIFY_FAILED", "unableToValidateCertificate", "certificate"].contains(where: words.contains)
    }
}
