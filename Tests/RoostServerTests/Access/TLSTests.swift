import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import NIOSSL
import RoostCore
import RoostServer
import SystemPackage
import TestSupport
import Testing

@testable import HTTPServing

/// The API behind TLS, from files that change.
@Suite(.serialized, .timeLimit(.minutes(10))) struct TLSTests {
    let directory: TemporaryDirectory
    private var certificate: FilePath { directory.path.appending("server.pem") }
    private var key: FilePath { directory.path.appending("server.key") }

    init() throws {
        directory = try TemporaryDirectory()
        try place("first")
    }

    private static func fixture(_ name: String) -> FilePath { TestEnvironment.testFile("../Fixtures/tls/\(name)") }

    /// Puts a pair there.
    private func place(_ name: String, key: String? = nil) throws {
        for (source, target) in [("\(name).pem", certificate), ("\(key ?? name).key", self.key)] {
            let bytes = try #require(FileManager.default.contents(atPath: Self.fixture(source).string))
            try bytes.write(to: URL(fileURLWithPath: target.string))
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: target.string)
        }
    }

    /// Asks with a new connection that trusts one certificate.
    private func status(_ url: String, trusting name: String) async throws -> Int {
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.trustRoots = .file(Self.fixture("\(name).pem").string)
        var configuration = HTTPClient.Configuration(tlsConfiguration: tls)
        configuration.connectionPool.retryConnectionEstablishment = false
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        let result: Result<Int, any Error>
        do {
            result = .success(Int(try await client.execute(HTTPClientRequest(url: url + "/health"), timeout: .patience).status.code))
        } catch {
            result = .failure(error)
        }
        try await client.shutdown()
        return try result.get()
    }

    @Test func `a server answers with its certificate, and with the next one when the files change`() async throws {
        try await RunningServer.run {
            $0.tlsCertificate = certificate
            $0.tlsKey = key
        } _: { server in
            #expect(server.url.hasPrefix("https://127.0.0.1:"))
            #expect(try await status(server.url, trusting: "first") == 200)
            await #expect(throws: (any Error).self) { try await status(server.url, trusting: "second") }
            try place("second")
            while (try? await status(server.url, trusting: "second")) != 200 { try await Task.sleep(for: .milliseconds(100)) }
            // A client without TLS gets no answer, and the server goes on.
            let plain = try await RawConnection.open(to: server.port) { connection in
                try await connection.send("GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
                return await connection.readToEnd()
            }
            #expect(!plain.contains("HTTP/1.1 200"))
            #expect(try await status(server.url, trusting: "second") == 200)
        }
    }

    @Test func `files that cannot be used stop the start, and later keep the last certificate`() async throws {
        let certificates = try TLSCertificates(certificate: certificate, key: key, logger: .silent)
        let before = certificates.context
        try place("first", key: "second")
        await certificates.look()
        #expect(certificates.context === before)
        let mixed = #expect(throws: RoostError.self) { try TLSCertificates(certificate: certificate, key: key, logger: .silent) }
        #expect(mixed?.code == .invalidConfiguration && mixed?.message.contains("belong together") == true)
        try place("second")
        await certificates.look()
        #expect(certificates.context !== before)
        // Permissions count as a change: a corrected key is read again.
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: key.string)
        let second = certificates.context
        await certificates.look()
        #expect(certificates.context === second)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: key.string)
        await certificates.look()
        #expect(certificates.context !== second)
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: key.string)
        let open = #expect(throws: RoostError.self) { try TLSCertificates(certificate: certificate, key: key, logger: .silent) }
        #expect(open?.message.contains("chmod o-rwx") == true)
        let missing = #expect(throws: RoostError.self) { try TLSCertificates(certificate: "/nonexistent", key: key, logger: .silent) }
        #expect(missing?.code == .invalidConfiguration)
    }
}
