import Foundation
import ModelLibrary
import RoostAPI
import RoostClient
import RoostCore

/// Manages the models: a server, or, while none runs, this command itself.
protocol ModelHost: Sendable {
    func list() async throws -> [ModelView]
    func detail(of selector: ModelSelector) async throws -> ModelDetail
    func partials() async throws -> [PartialDownload]
    func verify(_ selector: ModelSelector?, onProgress: @escaping @Sendable (VerifyProgress) -> Void) async throws -> VerifyReport
    func collect(isDryRun: Bool, includesRevisions: Bool, minimumAge: TimeInterval) async throws -> CacheCleanup
    func remove(_ removal: ModelRemoval) async throws -> CacheCleanup
}

extension OfflineModels: ModelHost {}

/// The models of a server.
struct ServerModels: ModelHost {
    let client: RoostClient

    func list() async throws -> [ModelView] { try await client.models() }

    func detail(of selector: ModelSelector) async throws -> ModelDetail { try await client.model(selector) }

    func partials() async throws -> [PartialDownload] { try await client.partials() }

    func verify(_ selector: ModelSelector?, onProgress: @escaping @Sendable (VerifyProgress) -> Void) async throws -> VerifyReport {
        try await client.verify(selector, onProgress: onProgress)
    }

    func collect(isDryRun: Bool, includesRevisions: Bool, minimumAge: TimeInterval) async throws -> CacheCleanup {
        try await client.collectModels(revisions: includesRevisions, olderThanHours: minimumAge / 3600, dryRun: isDryRun)
    }

    func remove(_ removal: ModelRemoval) async throws -> CacheCleanup {
        try await client.removeModel(
            removal.selector, onlyPartials: removal.onlyPartials, force: removal.isForced, dryRun: removal.isDryRun)
    }
}

extension ServerOptions {
    /// Runs some work on the models of the server, or of this machine when no server runs and none was named.
    ///
    /// - Parameter work: The work; it is repeated on this machine when no server answers.
    /// - Returns: The result of `work`.
    /// - Throws: The errors of `work`.
    func withModels<Value>(_ work: (any ModelHost) async throws -> Value) async throws -> Value {
        do {
            return try await work(ServerModels(client: await client()))
        } catch let error as RoostError where error.code == .serverUnreachable && named == nil {
            if !error.meansNoServer { Terminal.printError("\(error.message) This command uses the files of this machine itself.") }
            return try await work(OfflineModels(environment: ProcessInfo.processInfo.environment))
        }
    }
}
