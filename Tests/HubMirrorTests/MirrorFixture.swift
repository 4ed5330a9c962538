import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import NIOCore
import RoostServer
import SystemPackage
import TestSupport

@testable import HubMirror

/// A folder of repositories and a mirror over it.
struct MirrorFixture {
    let directory: FilePath
    var configuration: HubMirror.Configuration

    init(_ directory: FilePath) {
        self.directory = directory
        self.configuration = HubMirror.Configuration(directory: directory, port: 0)
    }

    /// Writes one file below the folder, as `org/name/path`.
    @discardableResult
    func write(_ path: String, _ content: String) throws -> FilePath { try write(path, Array(content.utf8)) }

    @discardableResult
    func write(_ path: String, _ bytes: [UInt8]) throws -> FilePath {
        let file = directory.appending(path)
        try FileManager.default.createDirectory(
            atPath: file.removingLastComponent().string, withIntermediateDirectories: true)
        try Data(bytes).write(to: URL(fileURLWithPath: file.string))
        return file
    }

    /// What a new mirror would know of the folder.
    func catalog() -> MirrorCatalog {
        let served = MirrorDirectory(directory)
        return MirrorCatalog(
            directory: served, digests: DigestStore(of: served, in: configuration.indexDirectory, logger: .silent), logger: .silent)
    }

    func mirror(logger: Logger = .silent) -> HubMirror { HubMirror(configuration: configuration, logger: logger) }
}

/// Runs a test against a mirror over a fresh folder, without sockets unless `setup` says so.
func withMirror(
    _ files: [String: String] = [:], over setup: TestingSetup = .router, configure: (inout MirrorFixture) throws -> Void = { _ in },
    _ test: @Sendable (any TestClientProtocol, MirrorFixture) async throws -> Void
) async throws {
    try await withTemporaryDirectory { directory in
        var fixture = MirrorFixture(directory)
        for (path, content) in files { try fixture.write(path, content) }
        try configure(&fixture)
        let ready = fixture
        try await ready.mirror().application().test(setup) { client in try await test(client, ready) }
    }
}

extension TestClientProtocol {
    func get(_ uri: String, headers: HTTPFields = [:]) async throws -> TestResponse {
        try await execute(uri: uri, method: .get, headers: headers)
    }

    func json(_ uri: String) async throws -> Any {
        try JSONSerialization.jsonObject(with: Data(try await get(uri).body.readableBytesView))
    }

    /// The commit of a repository as it is now.
    func commit(_ repository: String) async throws -> String {
        ((try await json("/api/models/\(repository)")) as? [String: Any])?["sha"] as? String ?? ""
    }
}

extension TestResponse {
    var text: String { String(buffer: body) }

    subscript(header: String) -> String? { HTTPField.Name(header).flatMap { headers[$0] } }
}
