import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import RoostCore

/// The response after all redirects.
package struct HubAnswer: Sendable {
    let response: HTTPClientResponse
    /// The URL after all redirects.
    let url: RemoteURL
    /// Whether no redirect led to another origin than the Hub's.
    let isFromHub: Bool
    /// The token, to remove it from the server's texts.
    let token: SecretToken?

    var status: UInt { response.status.code }

    /// Returns the first value of a header.
    func header(_ name: String) -> String? { response.headers.first(name: name) }

    /// The request and the status, for an error about this response.
    var context: KeyValuePairs<String, String> { ["request": "GET \(url.withoutQuery)", "status": "\(status)"] }

    /// The `Location` of a redirect.
    var redirectTarget: String? {
        [301, 302, 303, 307, 308].contains(status) ? header("Location") : nil
    }

    /// The length in the response's header, if present.
    var contentLength: Int64? { header("Content-Length").flatMap { Int64($0) } }

    /// Throws if the body is compressed: Roost requests no compression, and the bytes would differ from those of the
    /// file.
    ///
    /// - Throws: `RoostError` with code `hubProtocolViolation`.
    func requireIdentityEncoding() throws {
        guard let encoding = header("Content-Encoding"), encoding.lowercased() != "identity" else { return }
        throw RoostError(
            .hubProtocolViolation,
            "The answer is encoded as \(encoding.quotedForPeople) although uncompressed bytes were requested. Check the proxy between this machine and the Hub.",
            context: context)
    }

    /// Reads a small body completely.
    ///
    /// - Parameters:
    ///   - limit: The maximum number of bytes to accept.
    ///   - time: The maximum time for the complete body.
    /// - Returns: The body, or `nil` if it is larger than the limit.
    /// - Throws: `RoostError` with code `network` if the time is over; the errors of the HTTP client.
    func body(limit: Int, within time: Duration = .seconds(300)) async throws -> Data? {
        var data = Data()
        let isWhole = try await read(limit: limit, within: time) { data.append(contentsOf: $0.readableBytesView) }
        return isWhole ? data : nil
    }

    /// Reads a body in pieces.
    ///
    /// - Parameters:
    ///   - limit: The maximum number of bytes to accept.
    ///   - time: The maximum time for the complete body. A server that sends single bytes slowly never stalls, but must
    ///     not occupy the client forever.
    ///   - take: Receives pieces of some hundred KiB.
    /// - Returns: Whether the body was within the limit.
    /// - Throws: The errors of `body` and `take`.
    func read(limit: Int, within time: Duration = .seconds(300), _ take: (ByteBuffer) async throws -> Void) async throws -> Bool {
        let deadline = ContinuousClock.now + time
        var count = 0
        var piece = ByteBuffer()
        for try await chunk in response.body {
            count += chunk.readableBytes
            guard count <= limit else { return false }
            guard ContinuousClock.now < deadline else {
                throw RoostError(.network, "The response of \(url.origin) was not complete within \(time). Check the network.", context: context)
            }
            piece.writeImmutableBuffer(chunk)
            guard piece.readableBytes >= Self.pieceBytes else { continue }
            try await take(piece)
            piece.clear()
        }
        try await take(piece)
        return true
    }

    private static let pieceBytes = 128 << 10

    /// Reads the short body of a redirect, so that its connection can be used again.
    func drain() async {
        // An error only means that the connection cannot be reused.
        _ = try? await body(limit: 16_384, within: .seconds(5))
    }
}
