import DurableFiles
package import Foundation
package import HubClient
import Logging
package import RoostCore
import Synchronization
package import SystemPackage
import TestSupport

/// A client with a cache of its own before a scripted Hub.
package struct Fixture: Sendable {
    package let client: HubClient
    package let server: ScriptedServer
    package let cache: HubCache
    package let revision: ResolvedRevision

    package static let commit = "0123456789abcdef0123456789abcdef01234567"

    private static func revision() throws -> ResolvedRevision {
        guard let commit = CommitHash(hex: commit) else { throw RoostError(.invalidRequest, "The fixture's commit is not one.") }
        return try ResolvedRevision(repository: RepositoryID(parsing: "acme/tiny"), revision: "main", commit: commit)
    }

    /// Starts the server, makes the client, and stops both afterwards. A request that fails is made again only where a test names pauses.
    package static func run(
        token: String? = nil, stallTimeout: Duration = .seconds(20), time: TimeSource = TimeSource(), space: DiskSpace = DiskSpace(),
        largestWhole: Int64 = FileSource.largestWhole, pauses: [Duration] = [],
        answering handler: @escaping ScriptedServer.Handler, makesLinks: Bool = true, _ body: (Fixture) async throws -> Void
    ) async throws {
        try await withTemporaryDirectory { directory in
            try await ScriptedServer.run(handler) { server in
                var configuration = HubConfiguration(
                    endpoint: try HubEndpoint(parsing: server.origin), token: token.flatMap(SecretToken.init),
                    cacheDirectory: directory.appending("hub"))
                configuration.stallTimeout = stallTimeout
                configuration.makesLinks = makesLinks
                let client = HubClient(
                    configuration: configuration, logger: Logger(label: "test"), time: time, space: space, largestWhole: largestWhole,
                    pauses: pauses)
                do {
                    let revision = try revision()
                    try await body(Fixture(client: client, server: server, cache: client.cache, revision: revision))
                } catch {
                    try await client.shutdown()
                    throw error
                }
                try await client.shutdown()
            }
        }
    }

    /// The same with a client that is configured by variables, which may name the server's port.
    package static func run(
        environment: (Int) -> [String: String], answering handler: @escaping ScriptedServer.Handler, _ body: (Fixture) async throws -> Void
    ) async throws {
        try await withTemporaryDirectory { directory in
            try await ScriptedServer.run(handler) { server in
                let variables = environment(server.port).merging(["HF_HUB_CACHE": directory.appending("hub").string, "HOME": directory.string]) { $1 }
                let client = HubClient(configuration: try HubConfiguration(environment: variables), logger: Logger(label: "test"))
                let revision = try revision()
                let fixture = Fixture(client: client, server: server, cache: client.cache, revision: revision)
                do {
                    try await body(fixture)
                } catch {
                    try await client.shutdown()
                    throw error
                }
                try await client.shutdown()
            }
        }
    }

    /// Bytes that do not repeat within a block.
    package static func bytes(_ count: Int) -> [UInt8] { (0..<count).map { UInt8(truncatingIfNeeded: ($0 &* 2_654_435_761) >> 7) } }

    package static func file(_ path: String, _ content: [UInt8], isLarge: Bool = true) throws -> RepositoryFile {
        var hasher = ContentHasher(like: isLarge ? .sha256("") : .gitSHA1(""), size: Int64(content.count))
        hasher.update(content)
        return RepositoryFile(path: try RepositoryFilePath(parsing: path), size: Int64(content.count), digest: hasher.digest)
    }

    package func blob(_ file: RepositoryFile) -> FilePath { cache.blob(file.digest, of: revision.repository) }

    package func partial(_ file: RepositoryFile) -> FilePath { cache.partial(file.digest, of: revision.repository) }

    /// Leaves bytes as an earlier attempt would have.
    package func leave(_ bytes: some Sequence<UInt8>, at path: FilePath) throws {
        try FileSystem.makeFolder(path.removingLastComponent())
        try FileSystem.write(bytes, to: path, temporaryIn: path.removingLastComponent())
    }

    package func content(_ path: FilePath) -> [UInt8]? { FileManager.default.contents(atPath: path.string).map(Array.init) }

    package func download(_ file: RepositoryFile) async throws -> FilePath { try await client.download(file, in: revision) { _ in } }
}

/// Collects what a `@Sendable` closure is given.
package final class Recorder<Value: Sendable>: Sendable {
    private let storage = Mutex<[Value]>([])

    package init() {}

    package var values: [Value] { storage.withLock { $0 } }

    package func add(_ value: Value) { storage.withLock { $0.append(value) } }
}

extension ScriptedServer {
    /// Answers every request alike.
    package static func always(_ response: Response) -> Handler { { _ in response } }

    /// Serves one content as a decent Hub does, ranges included.
    package static func serving(_ content: [UInt8]) -> Handler {
        { request in
            guard let range = request.headers["range"] else { return Response(body: content) }
            let bounds = range.dropFirst("bytes=".count).split(separator: "-").compactMap { Int($0) }
            guard bounds.count == 2, bounds[0] < content.count else { return Response(status: 416) }
            let headers = [("Content-Range", "bytes \(bounds[0])-\(bounds[1])/\(content.count)")]
            return Response(status: 206, headers: headers, body: Array(content[bounds[0]...bounds[1]]))
        }
    }
}
