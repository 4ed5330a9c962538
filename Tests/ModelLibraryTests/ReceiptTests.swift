import Foundation
import HubTestSupport
import ModelLibrary
import RoostAPI
import RoostCore
import SystemPackage
import Testing

@testable import HubClient

@Suite struct ReceiptTests {
    private let commit = CommitHash(hex: Fixture.commit)

    @Test("a receipt lies beside what is made of the commit, whole or not at all, and says where every byte came from")
    func content() async throws {
        try await CacheSite.run { site in
            try site.install(["m-Q4_0.gguf": [1, 2, 3], "config.json": Array("hello\n".utf8)])
            let path = site.root.appending("home/models/acme--tiny/\(CacheSite.first)/receipt.json")
            let json = try JSONSerialization.jsonObject(with: try #require(FileManager.default.contents(atPath: path.string))) as? [String: Any]
            #expect(json?["repository"] as? String == "acme/tiny" && json?["commit"] as? String == CacheSite.first)
            #expect(json?["tool"] as? String == "roost \(RoostVersion.current)" && json?["revision"] as? String == "main")
            #expect(
                (json?["files"] as? [[String: Any]])?.map { $0["digest"] as? String } == [
                    "git-sha1:ce013625030ba8dba906f756967f9e9ca394464a",
                    "sha256:039058c6f2c0cb492c533b0a4d14ef77cc0f78abccced5287d84a1a2011cfb81",
                ])
            #expect(try FileManager.default.contentsOfDirectory(atPath: path.removingLastComponent().string) == ["receipt.json"])
        }
    }

    @Test("a second pull of the commit adds its files and keeps the others; a receipt that is no JSON is written anew")
    func merging() async throws {
        try await CacheSite.run { site in
            try site.install(["a-Q4_0.gguf": [1]])
            try site.install(["b-Q8_0.gguf": [2]])
            let id = try RepositoryID(parsing: "acme/tiny")
            let commit = try #require(CommitHash(hex: CacheSite.first))
            #expect(site.receipts.receipt(of: id, commit: commit)?.files.map(\.path) == ["a-Q4_0.gguf", "b-Q8_0.gguf"])
            let path = site.root.appending("home/models/acme--tiny/\(CacheSite.first)/receipt.json")
            try site.write("{".utf8, to: path)
            #expect(site.receipts.receipt(of: id, commit: commit) == nil)
            try site.install(["b-Q8_0.gguf": [2]])
            #expect(site.receipts.receipt(of: id, commit: commit)?.files.map(\.path) == ["b-Q8_0.gguf"])
        }
    }

    @Test(
        "the licence is the one that the Hub names in the card's data or in the tags, and nothing odd",
        arguments: [
            (#"{"sha":"\#(Fixture.commit)","cardData":{"license":"apache-2.0"},"tags":["license:mit"]}"#, "apache-2.0"),
            (#"{"sha":"\#(Fixture.commit)","cardData":null,"tags":["gguf","license:mit"]}"#, "mit"),
            (#"{"sha":"\#(Fixture.commit)","cardData":{"license":["a","b"]}}"#, nil),
            (#"{"sha":"\#(Fixture.commit)","cardData":{"license":"a\u001b[31mb"},"tags":7}"#, nil),
            (#"{"sha":"\#(Fixture.commit)"}"#, nil),
        ] as [(String, String?)])
    func licenseOfTheHub(answer: String, license: String?) async throws {
        try await Fixture.run(answering: ScriptedServer.always(.init(body: Array(answer.utf8)))) { hub in
            let revision = try await hub.client.resolve(hub.revision.repository)
            #expect(revision.commit.description == Fixture.commit && revision.facts.license == license)
            #expect(hub.server.requests.count == 1)
        }
    }

    @Test(
        "without a word of the Hub the licence is the one in the head of the model card",
        arguments: [
            ("---\r\nlicense: 'llama3.1'\r\n---\n# Card", "llama3.1"), ("---\nlanguage: en\n---\nlicense: mit\n", nil), ("license: mit\n", nil),
            ("---\nlicense: [a, b]\n---\n", nil),
            ("---\nlicense:\n- mit\n---\n", "mit"),
            ("", nil),
        ] as [(String, String?)])
    func licenseOfTheCard(card: String, license: String?) async throws {
        let file = try Fixture.file("README.md", Array(card.utf8), isLarge: false)
        try await Fixture.run(answering: ScriptedServer.always(.init(body: Array(card.utf8)))) { hub in
            _ = try await hub.download(file)
            let time = Timestamp(rawValue: "2026-01-02T03:04:05.000Z")
            let end = Timestamp(rawValue: "2026-01-02T03:04:07.500Z")
            let receipt = hub.client.receipt(of: [file], in: hub.revision, startedAt: time, pulledAt: end)
            #expect(receipt.license == license && receipt.durationSeconds == 2.5)
        }
    }
}
