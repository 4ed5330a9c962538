import AsyncHTTPClient
import Logging
import NIOCore
import NIOHTTP1
import RoostCore

/// Sends GET requests. Follows redirects itself, and sends the token only to the endpoint's own origin.
package struct HubTransport: Sendable {
    let connections: HubConnections
    let configuration: HubConfiguration
    let logger: Logger
    let time: TimeSource
    /// The pauses before the repetitions of a failed request.
    let pauses: [Duration]

    /// 1.75 s in total: the usual duration of a short failure of a hub, and less than the pauses between the tries of a
    /// pull.
    static let usualPauses: [Duration] = [.milliseconds(250), .milliseconds(500), .seconds(1)]

    /// The maximum number of redirects; a longer chain is a loop.
    static let mostRedirects = 10

    /// Requests a URL.
    ///
    /// - Parameters:
    ///   - address: An absolute URL below the endpoint, or at its origin.
    ///   - range: The value of the `Range` header, if any.
    ///   - isMetadata: Whether the request is for metadata of a repository, and not for a file.
    /// - Returns: The response after all redirects, with any status; its body has not been read.
    /// - Throws: `RoostError` with code `network` or `hubProtocolViolation`; `CancellationError`.
    func get(_ address: String, range: String? = nil, isMetadata: Bool = false) async throws -> HubAnswer {
        guard let url = RemoteURL(address) else {
            throw RoostError(.hubProtocolViolation, "The Hub's address \(address.quotedForPeople) is not a valid URL. Check HF_ENDPOINT.")
        }
        return try await get(at: Location(url: url, isFromHub: true), range: range, isMetadata: isMetadata)
    }

    /// A URL, and whether all redirects to it stayed at the Hub's origin.
    struct Location: Sendable {
        let url: RemoteURL
        let isFromHub: Bool
    }

    /// Requests a URL that earlier redirects led to.
    ///
    /// - Parameters:
    ///   - location: The URL.
    ///   - range: The value of the `Range` header, if any.
    ///   - isMetadata: As in `get(_:range:isMetadata:)`.
    /// - Returns: As in `get(_:range:isMetadata:)`.
    /// - Throws: As in `get(_:range:isMetadata:)`.
    func get(at location: Location, range: String?, isMetadata: Bool = false) async throws -> HubAnswer {
        var (url, isFromHub) = (location.url, location.isFromHub)
        for _ in 0...Self.mostRedirects {
            // A chain of redirects that has left the Hub remains foreign, even if it returns: another server chose the
            // URL.
            isFromHub = isFromHub && url.origin == configuration.endpoint.origin
            let response = try await send(url, range: range, isFromHub: isFromHub, isMetadata: isMetadata)
            let answer = HubAnswer(response: response, url: url, isFromHub: isFromHub, token: configuration.token)
            guard let location = answer.redirectTarget else { return answer }
            await answer.drain()
            url = try target(of: location, from: url)
        }
        throw RoostError(
            .hubProtocolViolation, "The Hub redirected more than \(Self.mostRedirects) times. Check HF_ENDPOINT.",
            context: ["request": "GET \(url.withoutQuery)"])
    }

    private func send(_ url: RemoteURL, range: String?, isFromHub: Bool, isMetadata: Bool) async throws -> HTTPClientResponse {
        guard !configuration.isOffline else {
            throw RoostError(
                .offline, "HF_HUB_OFFLINE is set, so no requests are sent to \(url.origin). Unset it to pull files that are not in the cache.",
                context: ["request": "GET \(url.withoutQuery)"])
        }
        var request = HTTPClientRequest(url: url.text)
        request.headers.add(name: "User-Agent", value: "roost/\(RoostVersion.current)")
        // Sizes, ranges and digests refer to the uncompressed bytes.
        request.headers.add(name: "Accept-Encoding", value: "identity")
        if let range { request.headers.add(name: "Range", value: range) }
        if isFromHub, let token = configuration.token { request.headers.add(name: "Authorization", value: "Bearer \(token.value)") }
        do {
            // This limits the time until the head of the response; the body has the stall time-out.
            let patience = isMetadata ? configuration.metadataTimeout : configuration.stallTimeout
            let response = try await execute(request, url, within: configuration.connectTimeout + patience)
            logger.debug("hub request", metadata: ["url": "\(url.withoutQuery)", "status": "\(response.status.code)", "range": "\(range ?? "-")"])
            return response
        } catch {
            throw failure(error, url: url)
        }
    }

    private func execute(_ request: HTTPClientRequest, _ url: RemoteURL, within time: Duration) async throws -> HTTPClientResponse {
        let client = connections.client(for: url)
        do {
            return try await client.execute(request, deadline: .now() + TimeAmount(time))
        } catch  where Self.isClosedConnection(error) && !Task.isCancelled {
            return try await client.execute(request, deadline: .now() + TimeAmount(time))
        }
    }

    /// The target of a redirect; throws if the redirect is not allowed.
    func target(of location: String, from url: RemoteURL) throws -> RemoteURL {
        let context: KeyValuePairs = ["request": "GET \(url.withoutQuery)"]
        guard let next = RemoteURL(location, relativeTo: url) else {
            throw RoostError(
                .hubProtocolViolation, "The Hub redirected to something that is not an http or https URL. Check HF_ENDPOINT.", context: context)
        }
        guard url.origin.scheme == .http || next.origin.scheme == .https else {
            throw RoostError(
                .hubProtocolViolation, "The Hub redirected from https to plain http at \(next.origin), which is refused. Check HF_ENDPOINT.",
                context: context)
        }
        if next.origin != configuration.endpoint.origin { try connections.redirects.check(next.origin) }
        return next
    }
}
