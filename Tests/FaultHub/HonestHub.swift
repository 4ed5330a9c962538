import AsyncHTTPClient
import NIOCore
import NIOHTTP1

/// Asks a real hub what it would say.
struct HonestHub: Sendable {
    let client: HTTPClient
    /// Its URL, without a slash at the end.
    let url: String

    /// Hands a request on: its target and its headers, by lower-case name. The answer comes whole.
    func answer(_ target: String, _ headers: [String: String]) async throws -> Answer {
        var request = HTTPClientRequest(url: url + target)
        for name in ["host", "range", "accept-encoding"] {
            if let value = headers[name] { request.headers.add(name: name, value: value) }
        }
        let response = try await client.execute(request, timeout: .minutes(4))
        let framing: Set<String> = ["content-length", "transfer-encoding", "connection"]
        let kept = response.headers.filter { !framing.contains($0.name.lowercased()) }.map { (name: $0.name, value: $0.value) }
        return Answer(Int(response.status.code), kept, try await response.body.collect(upTo: 128 << 20))
    }
}
