import Foundation
import SystemPackage
import TestSupport
import Testing

/// `scripts/support/sbom.py`, which makes the list of the parts of a release.
@Suite struct PartsListTests {
    private struct Document: Decodable {
        struct Package: Decodable {
            let SPDXID: String
            let name: String
            let versionInfo: String
            let downloadLocation: String
            let licenseDeclared: String
        }

        struct Relationship: Decodable, Hashable {
            let spdxElementId: String
            let relationshipType: String
            let relatedSpdxElement: String
        }

        let spdxVersion: String
        let documentNamespace: String
        let packages: [Package]
        let relationships: [Relationship]
    }

    private static let dependencies = """
        {"identity": "roost", "name": "roost", "url": "/here", "version": "unspecified", "path": "/here", "dependencies": [
          {"identity": "swift-b", "name": "swift-b", "url": "u", "version": "2.0.1", "path": "", "dependencies": [
            {"identity": "swift-a", "name": "swift-a", "url": "u", "version": "1.2.3", "path": "PLACE/a", "dependencies": []}]},
          {"identity": "swift-a", "name": "swift-a", "url": "u", "version": "1.2.3", "path": "PLACE/a", "dependencies": []}]}
        """

    private static let resolved = """
        {"pins": [
          {"identity": "swift-a", "location": "https://github.com/example/swift-a.git", "state": {"revision": "aaaa", "version": "1.2.3"}},
          {"identity": "swift-b", "location": "https://github.com/example/swift-b", "state": {"revision": "bbbb", "version": "2.0.1"}}]}
        """

    private func list(resolved: String = resolved) async throws -> String {
        try await withTemporaryDirectory { root in
            let licence = root.appending("a/LICENSE.txt")
            try FileManager.default.createDirectory(atPath: licence.removingLastComponent().string, withIntermediateDirectories: true)
            for (path, text) in [
                (licence, "Apache License\nVersion 2.0"), (root.appending("Package.resolved"), resolved),
                (root.appending("dependencies.json"), Self.dependencies.replacingOccurrences(of: "PLACE", with: root.string)),
                (root.appending("engine"), "package=engine-source\nversion=0.3\nsha256=cccc\nbuild=77\ncommit=dddd\n"),
            ] { try Data(text.utf8).write(to: URL(fileURLWithPath: path.string)) }
            return try await Command.outputAside([
                "/bin/sh", "-c",
                "python3 \"$0\" --version 1.2.0 --time 1767225600 --resolved \"$1/Package.resolved\" --engine \"$1/engine\" <\"$1/dependencies.json\"",
                TestEnvironment.testFile("../../scripts/support/sbom.py").string, root.string,
            ])
        }
    }

    @Test func `each part is listed once, with its exact commit, its licence and what needs it`() async throws {
        let text = try await list()
        let document = try JSONDecoder().decode(Document.self, from: Data(text.utf8))
        #expect(document.spdxVersion == "SPDX-2.3")
        #expect(document.packages.map(\.name) == ["roost", "swift-a", "swift-b", "llama.cpp"])
        #expect(document.packages.map(\.versionInfo) == ["1.2.0", "1.2.3", "2.0.1", "b77"])
        #expect(document.packages[1].downloadLocation == "git+https://github.com/example/swift-a@aaaa")
        #expect(document.packages.map(\.licenseDeclared) == ["Apache-2.0", "Apache-2.0", "NOASSERTION", "MIT"])
        let wanted = [
            ("DOCUMENT", "DESCRIBES", "roost"), ("roost", "DEPENDS_ON", "swift-a"), ("roost", "DEPENDS_ON", "swift-b"),
            ("swift-b", "DEPENDS_ON", "swift-a"), ("roost", "DEPENDS_ON", "llama.cpp"),
        ].map { from, kind, to in
            Document.Relationship(
                spdxElementId: from == "DOCUMENT" ? "SPDXRef-DOCUMENT" : "SPDXRef-Package-\(from)", relationshipType: kind,
                relatedSpdxElement: "SPDXRef-Package-\(to)")
        }
        #expect(document.relationships.count == wanted.count && Set(document.relationships) == Set(wanted))
        #expect(text.contains("\"checksumValue\": \"cccc\"") && text.contains("pkg:swift/github.com/example/swift-a@1.2.3"))
    }

    @Test func `a part without a pinned commit is refused`() async throws {
        await #expect {
            _ = try await list(resolved: #"{"pins": []}"#)
        } throws: {
            "\($0)".contains("Package.resolved has no swift-a")
        }
    }
}
