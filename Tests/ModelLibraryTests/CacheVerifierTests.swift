import DurableFiles
import Foundation
import HubTestSupport
import ModelLibrary
import RoostAPI
import RoostCore
import SystemPackage
import Testing

@testable import HubClient

@Suite struct CacheVerifierTests {
    private let model = Fixture.bytes(3_000_000)
    private let files: [String: [UInt8]] = ["config.json": Array("{}".utf8), "empty.txt": [], "sub dir/m-Q4_0.gguf": Fixture.bytes(3_000_000)]

    @Test("an intact cache is sound, and every byte of it was hashed")
    func sound() async throws {
        try await CacheSite.run { site in
            try site.install(files)
            let seen = Recorder<VerifyProgress>()
            let report = try await site.verifier.verify(nil) { seen.add($0) }
            #expect(report == VerifyReport(files: 3, bytes: 3_000_002, findings: [], unchecked: []))
            let last = try #require(seen.values.max { ($0.files, $0.bytes) < ($1.files, $1.bytes) })
            #expect(last == VerifyProgress(files: 3, totalFiles: 3, bytes: 3_000_002, totalBytes: 3_000_002))
        }
    }

    @Test(
        "one flipped bit in a large and in a small file is found, and the finding names the blob", arguments: ["sub dir/m-Q4_0.gguf", "config.json"])
    func flippedBit(path: String) async throws {
        try await CacheSite.run { site in
            let file = try #require(try site.install(files).first { $0.path.description == path })
            try site.damage(site.blob(file), at: file.size / 2)
            let report = try await site.verifier.verify(ModelSelector(parsing: "acme/tiny"))
            #expect(!report.sound && report.findings.map(\.path) == [path] && report.findings.map(\.problem) == [.content])
            #expect(try report.findings.first?.location == site.blob(file).string)
            #expect(report.findings.first?.message.contains(file.digest.description) == true)
        }
    }

    @Test("a link that leads nowhere, a link that is gone, and a file of another size are found")
    func missingAndShort() async throws {
        try await CacheSite.run { site in
            let installed = try site.install(files)
            try FileSystem.remove(site.blob(try #require(installed.first { $0.path.description == "config.json" })))
            try FileSystem.remove(site.snapshotFile("empty.txt"))
            try site.write(model.dropLast(), to: site.blob(try #require(installed.first { $0.size > 1000 })))
            let report = try await site.verifier.verify(nil)
            #expect(
                report.findings.map { "\($0.path) \($0.problem.rawValue)" }
                    == ["config.json missing", "empty.txt missing", "sub dir/m-Q4_0.gguf size"])
        }
    }

    @Test("what Python fetched, without a receipt, is checked by its list and by its blobs' names")
    func withoutReceipt() async throws {
        try await CacheSite.run { site in
            let installed = try site.install(files, withReceipt: false)
            try FileSystem.remove(try site.repository().folder.appending("trees").appending("\(CacheSite.first).json"))
            #expect(try await site.verifier.verify(nil).sound)
            // Files in a list that were never pulled are not missing.
            try FileSystem.remove(site.snapshotFile("config.json"))
            #expect(try await site.verifier.verify(nil).files == 2)
            try site.damage(site.blob(try #require(installed.last)), at: 5)
            #expect(try await site.verifier.verify(nil).findings.map(\.problem) == [.content])
        }
    }

    @Test("a content that two snapshots and two links lead to is hashed once, and found damaged in both")
    func sharedContent() async throws {
        try await CacheSite.run { site in
            let file = try site.install(["m-Q4_0.gguf": model])[0]
            try site.install(["m-Q4_0.gguf": model], commit: CacheSite.second)
            let payload = try site.share(file)
            #expect(try await site.verifier.verify(nil) == VerifyReport(files: 2, bytes: 3_000_000, findings: [], unchecked: []))
            try site.damage(payload, at: 100)
            #expect(Set(try await site.verifier.verify(nil).findings.map(\.commit)) == [CacheSite.first, CacheSite.second])
        }
    }

    @Test("a quantisation and a revision narrow it down, and what is not here is said")
    func selectors() async throws {
        try await CacheSite.run { site in
            try site.install(["a-Q4_0.gguf": model, "a-Q8_0.gguf": Array(model.reversed()), "config.json": [1]])
            try site.install(["b-F16.gguf": [1, 2, 3]], commit: CacheSite.second, ref: "v1")
            func count(_ text: String) async throws -> Int { try await site.verifier.verify(ModelSelector(parsing: text)).files }
            #expect(try await count("acme/tiny:Q4_0@main") == 2)
            #expect(try await count("acme/tiny@v1") == 1)
            #expect(try await count("acme/tiny@222222") == 1)
            #expect(try await count("acme/tiny") == 4)
            for text in ["acme/other", "acme/tiny@nope"] {
                let error = try #require(await #expect(throws: RoostError.self) { _ = try await count(text) })
                #expect(error.code == .modelNotFound)
            }
        }
    }

    @Test("a file without links and without a recorded digest is reported as unchecked, not as correct")
    func unchecked() async throws {
        try await CacheSite.run { site in
            try site.write(model, to: site.snapshotFile("m.gguf"))
            let report = try await site.verifier.verify(nil)
            #expect(try report.unchecked == [site.snapshotFile("m.gguf").string] && report.files == 1)
        }
    }
}
