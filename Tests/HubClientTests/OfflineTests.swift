import Foundation
import HubTestSupport
import RoostCore
import Testing

@testable import HubClient

@Suite struct OfflineTests {
    private static let content = Fixture.bytes(3000)

    @Test(arguments: [true, false]) func `what is in the cache is all there is, with a list of files or without`(hasList: Bool) async throws {
        try await Fixture.run(
            environment: { ["HF_ENDPOINT": "http://127.0.0.1:\($0)", "HF_HUB_OFFLINE": "true"] }, answering: ScriptedServer.always(.init(status: 500))
        ) { hub in
            let file = try Fixture.file("sub/model.gguf", Self.content)
            try hub.leave(Self.content, at: hub.blob(file))
            try hub.cache.link(file, in: hub.revision, isNew: true)
            try hub.cache.record(hub.revision, files: hasList ? [file] : nil)
            let revision = try await hub.client.resolve(hub.revision.repository)
            #expect(revision.commit == hub.revision.commit)
            #expect(try await hub.client.listing(of: revision).files == [file])
            #expect(try await hub.content(hub.download(file)) == Self.content)
            let absent = try await hub.failure(of: Fixture.file("other.bin", [1, 2, 3]))
            #expect(absent.code == .offline && !absent.isTransient && absent.message.contains("HF_HUB_OFFLINE"))
            #expect(hub.server.requests.isEmpty)
        }
    }

    @Test func `a revision that was never pulled is reported as absent`() async throws {
        try await Fixture.run(
            environment: { ["HF_ENDPOINT": "http://127.0.0.1:\($0)", "TRANSFORMERS_OFFLINE": "1"] },
            answering: ScriptedServer.always(.init(status: 500))
        ) { hub in
            let error = await #expect(throws: RoostError.self) { try await hub.client.resolve(hub.revision.repository, revision: "v2") }
            #expect(error?.code == .offline && error?.message.contains("\"v2\" is not in the cache") == true)
            #expect(hub.server.requests.isEmpty)
        }
    }

    @Test func `time-outs are those of Hugging Face's variables`() throws {
        let configuration = try HubConfiguration(environment: ["HOME": "/h", "HF_HUB_DOWNLOAD_TIMEOUT": "5", "HF_HUB_ETAG_TIMEOUT": "2.5"])
        #expect(configuration.stallTimeout == .seconds(5) && configuration.metadataTimeout == .seconds(2.5) && !configuration.isOffline)
        for text in ["0", "-1", "x", "1e9"] {
            let error = #expect(throws: RoostError.self) { try HubConfiguration(environment: ["HOME": "/h", "HF_HUB_ETAG_TIMEOUT": text]) }
            #expect(error?.field == "HF_HUB_ETAG_TIMEOUT")
        }
    }
}
