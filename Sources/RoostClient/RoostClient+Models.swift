import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
package import RoostAPI
package import RoostCore

extension RoostClient {
    /// Returns everything that belongs to a model on the server's disk.
    ///
    /// - Parameter selector: The model.
    /// - Returns: The revisions, files, receipts and unfinished downloads.
    /// - Throws: `RoostError`: the server's own, such as `modelNotFound`, or `serverUnreachable`.
    package func model(_ selector: ModelSelector) async throws -> ModelDetail { try await decode(send(.GET, path(selector))) }

    /// Loads a model and returns when it answers.
    ///
    /// - Parameters:
    ///   - model: The model.
    ///   - keepAlive: How long it stays in memory after each request; `nil` for no change.
    ///   - isPinned: Whether it never leaves memory for another model; `nil` for no change.
    ///   - contextLength: The number of tokens of its context, 0 for its own; `nil` for no change.
    /// - Returns: The context of its engine.
    /// - Throws: `RoostError`: the server's own, such as `insufficientMemory`, or `serverUnreachable`.
    package func load(_ model: ModelReference, keepAlive: String? = nil, isPinned: Bool? = nil, contextLength: Int? = nil) async throws -> LoadAnswer
    {
        let load = Load(model: model.description, keep_alive: keepAlive, pin: isPinned, context_length: contextLength)
        return try await decode(send(.POST, "/models/load", body: load, timeout: .hours(25)))
    }

    /// Returns the server's engines.
    ///
    /// - Returns: The engines, and the last decisions about them.
    /// - Throws: `RoostError`: the server's own, or `serverUnreachable`.
    package func engines() async throws -> EngineList { try await decode(send(.GET, "/engines")) }

    private struct Load: Encodable {
        let model: String
        let keep_alive: String?
        let pin: Bool?
        let context_length: Int?

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(model, forKey: .model)
            try container.encodeIfPresent(keep_alive, forKey: .keep_alive)
            try container.encodeIfPresent(pin, forKey: .pin)
            if context_length == 0 {
                try container.encode("auto", forKey: .context_length)
            } else {
                try container.encodeIfPresent(context_length, forKey: .context_length)
            }
        }

        private enum CodingKeys: String, CodingKey {
            case model, keep_alive, pin, context_length
        }
    }

    /// Returns whether a model fits into the server's memory.
    ///
    /// - Parameter model: The model.
    /// - Returns: The memory that it needs, and what would be taken out of memory for it.
    /// - Throws: `RoostError`: the server's own, such as `modelNotFound`, or `serverUnreachable`.
    package func fit(_ model: ModelReference) async throws -> ModelFit {
        try await decode(send(.GET, "/models/\(model.description.percentEncoded())/fit"))
    }

    /// Returns the rests of unfinished downloads on the server's disk.
    ///
    /// - Returns: The files.
    /// - Throws: `RoostError`: the server's own, or `serverUnreachable`.
    package func partials() async throws -> [PartialDownload] { try await decode(send(.GET, "/partials")) }

    /// Hashes files again.
    ///
    /// - Parameters:
    ///   - selector: The model; `nil` for all.
    ///   - onProgress: Receives the progress.
    /// - Returns: The result.
    /// - Throws: `RoostError`: the server's own, or `serverUnreachable`, also when the answer is incomplete.
    package func verify(_ selector: ModelSelector?, onProgress: (VerifyProgress) -> Void = { _ in }) async throws -> VerifyReport {
        try await follow("/models/verify", Target(selector), onProgress)
    }

    /// Hashes files again and starts pulls for damaged and missing ones.
    ///
    /// - Parameters:
    ///   - selector: The model; `nil` for all.
    ///   - onProgress: Receives the progress.
    /// - Returns: The result, and the pulls.
    /// - Throws: `RoostError`: the server's own, or `serverUnreachable`, also when the answer is incomplete.
    package func repair(_ selector: ModelSelector?, onProgress: (VerifyProgress) -> Void = { _ in }) async throws -> ModelRepair {
        try await follow("/models/repair", Target(selector), onProgress)
    }

    /// Calibrates the engine of a model on the server's machine.
    ///
    /// - Parameters:
    ///   - model: The model.
    ///   - seconds: The time that it may take, 10 … 60; `nil` for a minute.
    ///   - allowsQuantizedCache: Whether the context may be kept in fewer bits, which changes answers.
    ///   - onProgress: Receives the progress.
    /// - Returns: What was measured and chosen.
    /// - Throws: `RoostError`: the server's own, such as `conflict` while a model is in use, or `serverUnreachable`.
    package func tune(
        _ model: ModelReference, seconds: Int? = nil, allowsQuantizedCache: Bool = false, onProgress: (TuneProgress) -> Void = { _ in }
    ) async throws -> TuneReport {
        let tune = Tune(model: model.description, seconds: seconds, allow_quantized_cache: allowsQuantizedCache)
        return try await follow("/models/tune", tune, onProgress)
    }

    private struct Tune: Encodable {
        let model: String
        let seconds: Int?
        let allow_quantized_cache: Bool
    }

    /// Forgets the calibration of a model.
    ///
    /// - Parameter model: The model.
    /// - Returns: Whether there was one.
    /// - Throws: `RoostError`: the server's own, such as `conflict` while the model is in use, or `serverUnreachable`.
    package func untune(_ model: ModelReference) async throws -> TuneReset {
        try await decode(send(.POST, "/models/untune", body: ["model": model.description]))
    }

    /// Removes unused content from the Hub cache.
    ///
    /// - Parameters:
    ///   - revisions: Whether to remove commits without a branch or tag too.
    ///   - hours: The minimum age of unfinished downloads to remove, since their last write.
    ///   - dryRun: Whether to remove nothing.
    /// - Returns: The items that were removed, or would be.
    /// - Throws: `RoostError`: the server's own, or `serverUnreachable`.
    package func collectModels(revisions: Bool = false, olderThanHours hours: Double = 24, dryRun: Bool = false) async throws -> CacheCleanup {
        try await decode(
            send(.POST, "/models/gc", body: Collection(dry_run: dryRun, revisions: revisions, older_than_hours: hours), timeout: .hours(1)))
    }

    /// Removes a model from the disk.
    ///
    /// - Parameters:
    ///   - selector: The model.
    ///   - onlyPartials: Whether to remove only the rests of unfinished downloads.
    ///   - force: Whether to remove the model even while it is in memory or being pulled.
    ///   - dryRun: Whether to remove nothing.
    /// - Returns: The items that were removed, or would be.
    /// - Throws: `RoostError`: the server's own, such as `conflict`, or `serverUnreachable`.
    package func removeModel(
        _ selector: ModelSelector, onlyPartials: Bool = false, force: Bool = false, dryRun: Bool = false
    ) async throws -> CacheCleanup {
        let options = [("partials", onlyPartials), ("force", force), ("dry_run", dryRun)].filter(\.1).map { "\($0.0)=true" }
        let address = path(selector)
        let query = options.isEmpty ? "" : (address.contains("?") ? "&" : "?") + options.joined(separator: "&")
        return try await decode(send(.DELETE, address + query, timeout: .hours(1)))
    }

    private struct Collection: Encodable {
        let dry_run: Bool
        let revisions: Bool
        let older_than_hours: Double
    }

    private struct Target: Encodable {
        let model: String?
        let revision: String?

        init(_ selector: ModelSelector?) {
            model = selector?.model.description
            revision = selector?.revision
        }
    }

    private func path(_ selector: ModelSelector) -> String {
        "/models/\(selector.model.description.percentEncoded())" + (selector.revision.map { "?revision=\($0.percentEncoded())" } ?? "")
    }

    /// Reads JSON lines up to the one with the result.
    private func follow<Progress: Codable & Sendable, Result: Codable & Sendable>(
        _ path: String, _ body: some Encodable & Sendable, _ onProgress: (Progress) -> Void
    ) async throws -> Result {
        let response = try await send(.POST, path, body: body, timeout: .minutes(5))
        var rest = Data()
        do {
            for try await bytes in response.body {
                rest.append(contentsOf: bytes.readableBytesView)
                while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
                    let line = try JSONDecoder().decode(ProgressLine<Progress, Result>.self, from: rest[..<end])
                    rest = Data(rest[(end + 1)...])
                    if let progress = line.progress { onProgress(progress) }
                    if let problem = line.error { throw RoostError(.init(rawValue: problem.code), problem.detail, field: problem.field) }
                    if let result = line.result { return result }
                }
            }
        } catch let error as RoostError {
            throw error
        } catch let error as DecodingError {
            throw RoostError(.unexpected, "\(server) sent no valid answer. Check that client and server have the same version.", cause: error)
        } catch {
            throw brokenConnection(error)
        }
        throw RoostError(.serverUnreachable, "The answer from \(server) ended too early; see the server's log.")
    }
}
