import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import RoostCore

/// A response at the end of its redirects.
struct HubAnswer: Sendable {
    let response: HTTPClientResponse
    /// Where it came from in the end.
    let url: RemoteURL
    /// Whether no redirect led away from the Hub's origin.
    let isFromHub: Bool
    /// Kept to blot it out of what the server says.
    let token: SecretToken?

    var status: UInt { response.status.code }

    /// A header's first value.
    func header(_ name: String) -> String? { response.headers.first(name: name) }

    /// Facts for an error about this answer.
    var context: KeyValuePairs<String, String> { ["request": "GET \(url.withoutQuery)", "status": "\(status)"] }

    /// The `Location` of a redirect.
    var redirectTarget: String? {
        [301, 302, 303, 307, 308].contains(status) ? header("Location") : nil
    }

    /// The length the server announced, if it did.
    var contentLength: Int64? { header("Content-Length").flatMap { Int64($0) } }

    /// Refuses a compressed body: nobody asked for one, and its bytes are not the file's.
    ///
    /// - Throws: `RoostError` with code `hubProtocolViolation`.
    func requireIdentityEncoding() throws {
        guard let encoding = header("Content-Encoding"), encoding.lowercased() != "identity" else { return }
        throw RoostError(
            .hubProtocolViolation,
            "The answer is encoded as \(encoding.quotedForPeople) although plain bytes were asked for. Check the proxy between this machine and the Hub.",
            context: context)
    }

    /// Reads a small body whole.
    ///
    /// - Parameters:
    ///   - limit: The most bytes to take.
    ///   - time: How long the whole body may take.
    /// - Returns: The body, or `nil` when it is larger than the limit.
    /// - Throws: `RoostError` with code `network` when time is up; what the HTTP client throws.
    func body(limit: Int, within time: Duration = .seconds(300)) async throws -> Data? {
        var data = Data()
        let isWhole = try await read(limit: limit, within: time) { data.append(contentsOf: $0.readableBytesView) }
        return isWhole ? data : nil
    }

    /// Reads a body as it comes.
    ///
    /// - Parameters:
    ///   - limit: The most bytes to take.
    ///   - time: How long the whole body may take: a server that drips bytes never stalls, but must not hold us for ever.
    ///   - take: Gets pieces of some hundred KiB.
    /// - Returns: Whether it was not larger than the limit.
    /// - Throws: As `body`; what `take` throws.
    func read(limit: Int, within time: Duration = .seconds(300), _ take: (ByteBuffer) async throws -> Void) async throws -> Bool {
        let deadline = ContinuousClock.now + time
        var count = 0
        var piece = ByteBuffer()
        for try await chunk in response.body {
            count += chunk.readableBytes
            guard count <= limit else { return false }
            guard ContinuousClock.now < deadline else {
                throw RoostError(.network, "The answer of \(url.origin) took longer than \(time). Check the network.", context: context)
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

    /// Reads away the short body of a redirect, so that its connection can be used again.
    func drain() async {
        // A failure only costs the connection.
        _ = try? await body(limit: 16_384, within: .seconds(5))
    }
}
