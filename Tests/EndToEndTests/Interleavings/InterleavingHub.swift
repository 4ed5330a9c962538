import Foundation
import HubClient
import Logging
import RoostCore
import SystemPackage
import TestSupport

/// Two repositories of noise with the same names of files: each model is fetched in another way.
struct InterleavingHub: Sendable {
    static let repositories = ["acme/one", "acme/two"]
    /// Written from its beginning; with a journal; with a journal, and longer than a checkpoint apart.
    static let models = [(name: "m-Q2_K.gguf", bytes: 700_000), (name: "m-Q4_K_M.gguf", bytes: 5 << 20), (name: "m-Q8_0.gguf", bytes: 9 << 20)]

    let endpoint: String
    /// What each repository holds.
    let contents: [(revision: ResolvedRevision, files: [RepositoryFile])]

    /// Makes the files in a folder for a mirror to serve.
    static func make(in folder: FilePath) throws {
        for (index, repository) in repositories.enumerated() {
            let path = folder.appending(repository)
            try FileManager.default.createDirectory(atPath: path.string, withIntermediateDirectories: true)
            var random = SeededGenerator(seed: UInt64(index + 1))
            for (name, bytes) in models {
                let words = (0..<bytes / 8).map { _ in random.next() }
                try words.withUnsafeBytes { Data($0) }.write(to: URL(fileURLWithPath: path.appending(name).string))
            }
            for name in ["README.md", "config.json", "tokenizer.json"] {
                try Data("{\"\(name)\": \(index)}\n".utf8).write(to: URL(fileURLWithPath: path.appending(name).string))
            }
        }
    }

    /// Asks the mirror what it holds.
    init(_ endpoint: String) async throws {
        self.endpoint = endpoint
        contents = try await Self.withClient(endpoint, cache: "/nowhere") { hub in
            var contents: [(revision: ResolvedRevision, files: [RepositoryFile])] = []
            for repository in Self.repositories {
                let revision = try await hub.resolve(try RepositoryID(parsing: repository))
                contents.append((revision, try await hub.listing(of: revision).files))
            }
            return contents
        }
    }

    /// Works with a client of this process on a cache.
    static func withClient<Value>(_ endpoint: String, cache: FilePath, _ body: (HubClient) async throws -> Value) async throws -> Value {
        let configuration = HubConfiguration(endpoint: try HubEndpoint(parsing: endpoint), token: nil, cacheDirectory: cache)
        let hub = HubClient(configuration: configuration, logger: FaultLab.quiet)
        do {
            let value = try await body(hub)
            try await hub.shutdown()
            return value
        } catch {
            try await hub.shutdown()
            throw error
        }
    }
}
