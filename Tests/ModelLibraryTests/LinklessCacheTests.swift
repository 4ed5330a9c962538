import DurableFiles
import Foundation
import HubTestSupport
import ModelLibrary
import RoostAPI
import RoostCore
import SystemPackage
import TestSupport
import Testing

@testable import HubClient

/// Caches on file systems without symbolic links, or where the user has disabled them.
@Suite struct LinklessCacheTests {
    private let content = Fixture.bytes(600_000)

    private func run(_ body: (Fixture) async throws -> Void) async throws {
        try await Fixture.run(answering: ScriptedServer.serving(content), makesLinks: false, body)
    }

    @Test("what was fetched lies in the snapshot itself, is found there again, and is sound")
    func moved() async throws {
        let file = try Fixture.file("sub/m-Q4_0.gguf", content)
        try await run { hub in
            let path = try await hub.download(file)
            #expect(try path.stat(followTargetSymlink: false).type == .regular && hub.content(path) == content)
            #expect(hub.content(hub.blob(file)) == nil)
            try hub.client.recordRevision(hub.revision, files: [file])
            #expect(hub.client.presentBytes(of: file, in: hub.revision) == file.size)
            let requests = hub.server.requests.count
            _ = try await hub.download(file)
            #expect(hub.server.requests.count == requests)
            let verifier = CacheVerifier(cache: hub.cache, receipts: ReceiptFolder(home: hub.cache.root.appending("home")))
            #expect(try await verifier.verify(nil) == VerifyReport(files: 1, bytes: file.size, findings: [], unchecked: []))
        }
    }

    @Test("a blob that is there already is copied and stays")
    func copied() async throws {
        let file = try Fixture.file("m-Q4_0.gguf", content)
        try await run { hub in
            try hub.leave(content, at: hub.blob(file))
            #expect(hub.content(try await hub.download(file)) == content)
            #expect(hub.content(hub.blob(file)) == content && hub.server.requests.isEmpty)
            #expect(try FileSystem.names(in: hub.cache.blobsFolder(hub.revision.repository)) == [file.digest.hex])
        }
    }

    @Test("a damaged file in a snapshot is replaced")
    func replaced() async throws {
        let file = try Fixture.file("m-Q4_0.gguf", content)
        try await run { hub in
            try hub.leave(content.reversed(), at: hub.cache.snapshotPath(of: file, in: hub.revision))
            #expect(hub.content(try await hub.download(file)) == content)
        }
    }

    @Test("the errors of file systems without links mean that, and others do not")
    func errors() {
        for error in [Errno.notPermitted, .notSupported, .noFunction] { #expect(error.meansNoLinks) }
        for error in [Errno.noSpace, .permissionDenied, .readOnlyFileSystem, .ioError] { #expect(!error.meansNoLinks) }
    }

    @Test("Python's switch is ours, too", arguments: [("1", false), ("yes", false), ("TRUE", false), ("0", true), ("", true)])
    func environment(value: String, makesLinks: Bool) throws {
        #expect(try HubConfiguration(environment: ["HOME": "/h", "HF_HUB_DISABLE_SYMLINKS": value]).makesLinks == makesLinks)
    }
}
