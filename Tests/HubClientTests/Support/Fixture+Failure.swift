import HubClient
import HubTestSupport
import RoostCore
import Testing

extension Fixture {
    /// Runs a download that must fail with a `RoostError`.
    func failure(of file: RepositoryFile) async throws -> RoostError {
        try await #require(throws: RoostError.self) { _ = try await download(file) }
    }
}
