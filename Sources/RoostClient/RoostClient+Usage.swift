import AsyncHTTPClient
import NIOHTTP1
package import RoostAPI
import RoostCore

extension RoostClient {
    /// Returns what keys have used.
    ///
    /// - Parameters:
    ///   - key: Only this key's, by its id.
    ///   - model: Only this model's.
    ///   - from: Only this day's and later ones, `2026-01-31`.
    ///   - to: Only this day's and earlier ones.
    ///   - limit: The most rows.
    /// - Returns: The rows, the newest day first, and their sum.
    /// - Throws: `RoostError`: the server's own, or `serverUnreachable`.
    package func usage(key: String? = nil, model: String? = nil, from: String? = nil, to: String? = nil, limit: Int = 1000) async throws
        -> UsageReport
    {
        try await decode(
            send(.GET, "/usage" + query([("key", key), ("model", model), ("from", from), ("to", to), ("limit", "\(limit)")])))
    }
}
