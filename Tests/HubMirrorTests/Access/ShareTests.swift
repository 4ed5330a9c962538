import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import RoostCore
import RoostServer
import SystemPackage
import TestSupport
import Testing

@testable import HTTPServing
@testable import HubMirror

@Suite("Sharing a server's cache")
struct ShareTests {
    private let token = "0123456789abcdef"

    private func sharing(_ change: (inout ServerSettings) -> Void, _ environment: [String: String] = [:]) throws -> HubMirror? {
        var settings = ServerSettings(home: "/nowhere")
        settings.share = true
        change(&settings)
        return try HubMirror.sharing(settings, environment: ["HOME": "/nowhere"].merging(environment) { $1 }, logger: .silent)
    }

    @Test("The cache is shared only on request, and only with an access rule")
    func privateByDefault() throws {
        #expect(try sharing { $0.share = false } == nil)
        let error = #expect(throws: RoostError.self) { try sharing { _ in } }
        #expect(error?.code == .invalidConfiguration)
        #expect(error?.message.contains("ROOST_MIRROR_TOKEN") == true && error?.message.contains("--share-allow") == true)
        let networks = [try NetworkRange(parsing: "192.168.0.0/16")]
        let byNetwork = try #require(try sharing { $0.shareAllow = networks })
        #expect(byNetwork.configuration.host == "0.0.0.0" && byNetwork.configuration.port == 8006)
        let byToken = try #require(try sharing({ _ in }, ["ROOST_MIRROR_TOKEN": token]))
        #expect(byToken.configuration.access.token?.value == token)
        #expect(try sharing { $0.shareHost = "127.0.0.1" } != nil)
    }

    @Test("It serves files of the cache and nothing else: no route of the server is there")
    func routes() async throws {
        try await withTemporaryDirectory { directory in
            let repository = MirrorFixture(directory.appending("models--org--name"))
            let commit = String(repeating: "ab", count: 20)
            try repository.write("refs/main", commit)
            try repository.write("blobs/ce013625030ba8dba906f756967f9e9ca394464a", "hello\n")
            try FileManager.default.createDirectory(
                atPath: repository.directory.appending("snapshots/\(commit)").string, withIntermediateDirectories: true)
            try FileManager.default.createSymbolicLink(
                atPath: repository.directory.appending("snapshots/\(commit)/a.txt").string,
                withDestinationPath: "../../blobs/ce013625030ba8dba906f756967f9e9ca394464a")
            let environment = ["HF_HUB_CACHE": directory.string, "HOME": directory.string, "ROOST_MIRROR_TOKEN": token]
            var settings = ServerSettings(home: directory.appending("home"))
            (settings.share, settings.shareHost, settings.sharePort) = (true, "127.0.0.1", 0)
            let shared = try #require(try HubMirror.sharing(settings, environment: environment, logger: .silent)).configuration
            try await withRunningService { ready in
                HubMirror(configuration: shared, logger: .silent, onRunning: ready)
            } _: { (port: Int) in
                func status(_ path: String, _ token: String?) async throws -> UInt {
                    var request = HTTPClientRequest(url: "http://127.0.0.1:\(port)\(path)")
                    if let token { request.headers.add(name: "Authorization", value: "Bearer \(token)") }
                    let response = try await HTTPClient.shared.execute(request, timeout: .patience)
                    _ = try await response.body.collect(upTo: 1 << 20)
                    return response.status.code
                }
                let right = try await status("/org/name/resolve/main/a.txt", token)
                let missing = try await status("/org/name/resolve/main/a.txt", nil)
                #expect(right == 200 && missing == 401)
                for path in ["/jobs", "/health", "/status", "/models", "/v1/models"] {
                    let none = try await status(path, token)
                    #expect(none == 404, "\(path)")
                }
            }
        }
    }
}
