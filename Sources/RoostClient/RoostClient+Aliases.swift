import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
package import RoostAPI
package import RoostCore

extension RoostClient {
    /// Returns the aliases of the server, by name.
    ///
    /// - Throws: `RoostError`: the server's own, or `serverUnreachable`.
    package func aliases() async throws -> [ModelAlias] { try await decode(send(.GET, "/aliases")) }

    /// Adds an alias, or replaces the one of the same name.
    ///
    /// - Parameter alias: The alias.
    /// - Returns: The alias as the server stores it.
    /// - Throws: `RoostError`: the server's own, such as `conflict`, or `serverUnreachable`.
    package func setAlias(_ alias: ModelAlias) async throws -> ModelAlias { try await decode(send(.PUT, path(alias.name), body: alias)) }

    /// Removes an alias.
    ///
    /// - Parameter name: The alias's name.
    /// - Throws: `RoostError`: the server's own, such as `notFound`, or `serverUnreachable`.
    package func removeAlias(_ name: ModelReference) async throws { _ = try await collect(send(.DELETE, path(name))) }

    private func path(_ alias: ModelReference) -> String { "/aliases/\(alias.description.percentEncoded())" }
}
