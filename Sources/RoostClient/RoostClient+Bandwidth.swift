import AsyncHTTPClient
import NIOHTTP1
package import RoostAPI
import RoostCore

extension RoostClient {
    /// Returns the limit of all downloads together.
    ///
    /// - Returns: The limit.
    /// - Throws: `RoostError`: the server's own, or `serverUnreachable`.
    package func bandwidth() async throws -> BandwidthView { try await decode(send(.GET, "/bandwidth")) }

    /// Limits all downloads together, until the limit is removed or the server ends.
    ///
    /// - Parameters:
    ///   - bytesPerSecond: 65,536 or more; `nil` for no limit.
    ///   - closed: Whether pulls have to wait.
    /// - Returns: The limit.
    /// - Throws: `RoostError`: the server's own, or `serverUnreachable`.
    package func limitBandwidth(to bytesPerSecond: Int64?, closed: Bool = false) async throws -> BandwidthView {
        try await decode(send(.PUT, "/bandwidth", body: Limit(bytes_per_second: bytesPerSecond, closed: closed)))
    }

    /// Restores the limit of the settings.
    ///
    /// - Returns: The limit.
    /// - Throws: `RoostError`: the server's own, or `serverUnreachable`.
    package func resetBandwidth() async throws -> BandwidthView { try await decode(send(.DELETE, "/bandwidth")) }

    private struct Limit: Encodable {
        let bytes_per_second: Int64?
        let closed: Bool
    }
}
