import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import NIOCore
import RoostServer
import Synchronization
import SystemPackage
import TestSupport
import Testing

@testable import HTTPServing
@testable import HubMirror

@Suite("What the mirror does not give away")
struct HubMirrorSafetyTests {
    @Test(
        "No path leads out of a repository",
        arguments: [
            "/org/name/resolve/main/../../../secret.txt", "/org/name/resolve/main/..%2F..%2F..%2Fsecret.txt",
            "/org/name/resolve/main/%2e%2e/%2e%2e/%2e%2e/secret.txt", "/org/name/resolve/main//etc/passwd", "/org/name/resolve/main/%2Fetc%2Fpasswd",
            "/org/name/resolve/main/..%5C..%5Csecret.txt", "/org/name/resolve/main/config.json%00", "/org/name/resolve/main/./config.json",
            "/org/../resolve/main/secret.txt", "/../resolve/main/secret.txt", "/%2e%2e/resolve/main/secret.txt", "/org/name/resolve/..%2F..%2F/x",
            "/api/models/org/name/tree/main/..%2F..", "/api/models/org/name/tree/main/%2Fetc", "/api/models/../../secret.txt",
            "/org/name/resolve/main/..%2F%CC%81secret.txt",
        ])
    func traversal(uri: String) async throws {
        try await withTemporaryDirectory { outside in
            var fixture = MirrorFixture(outside.appending("served"))
            try fixture.write("org/name/config.json", "{}")
            try MirrorFixture(outside).write("secret.txt", "secret")
            fixture.configuration.directory = outside.appending("served")
            try await fixture.mirror().application().test(.ahc()) { client in
                let response = try await client.get(uri)
                #expect((400..<500).contains(response.status.code))
                #expect(!response.text.contains("secret\n") && response.text != "secret" && !response.text.contains("root:"))
            }
        }
    }

    @Test("Dot files, unsafe names and links that lead out are not listed and not served; links inside are")
    func hidden() async throws {
        try await withTemporaryDirectory { outside in
            try MirrorFixture(outside).write("secret.txt", "secret")
            let fixture = MirrorFixture(outside.appending("served"))
            for name in [
                "config.json", ".gitattributes", ".env", ".git/config", ".cache/huggingface/x", "sub/.hidden", "bad\n", "back\\slash",
            ] { try fixture.write("org/name/\(name)", "x") }
            let folder = fixture.directory.appending("org/name")
            for (link, target) in [
                ("out.txt", outside.appending("secret.txt").string), ("up", ".."), ("loop", "loop"), ("in.txt", "config.json"), ("gone", "nowhere"),
            ] { try FileManager.default.createSymbolicLink(atPath: folder.appending(link).string, withDestinationPath: target) }
            try FileManager.default.createSymbolicLink(
                atPath: fixture.directory.appending("org/linked").string, withDestinationPath: outside.string)
            try await fixture.mirror().application().test(.router) { client in
                let tree = try #require(try await client.json("/api/models/org/name/tree/main?recursive=true") as? [[String: Any]])
                #expect(tree.map { $0["path"] as? String } == [".gitattributes", "back\\slash", "config.json", "in.txt"])
                for name in [".env", ".git/config", "out.txt", "up/name/config.json", "loop", "gone", "bad%0A"] {
                    #expect(try await client.get("/org/name/resolve/main/\(name)").status == .notFound, "\(name)")
                }
                #expect(try await client.get("/org/name/resolve/main/in.txt").text == "x")
                #expect(try await client.get("/org/linked/resolve/main/secret.txt").status == .unauthorized)
            }
        }
    }

    @Test("A missing repository is 401 without a token and 404 with one, as on the Hub")
    func missingRepository() async throws {
        try await withMirror(["org/name/a": "a"]) { client, _ in
            for uri in ["/api/models/org/nope", "/api/models/org/nope/tree/main", "/org/nope/resolve/main/a", "/api/models/org/nope/refs"] {
                let anonymous = try await client.get(uri)
                #expect(anonymous.status == .unauthorized)
                let known = try await client.get(uri, headers: [.authorization: "Bearer hf_x"])
                #expect(known.status == .notFound)
                for response in [anonymous, known] {
                    #expect(response["X-Error-Code"] == "RepoNotFound")
                    #expect(response["X-Error-Message"] != nil)
                    #expect(response.text.hasPrefix(#"{"error":""#))
                }
            }
        }
    }

    @Test("Unknown pages, and whoami, answer in JSON", arguments: ["/", "/api/agent-harnesses", "/api/kernels/org/name", "/favicon.ico"])
    func unknown(uri: String) async throws {
        try await withMirror { client, _ in
            let response = try await client.get(uri)
            #expect(response.status == .notFound)
            #expect(response["Content-Type"]?.hasPrefix("application/json") == true)
            #expect(try await client.get("/api/whoami-v2").status == .unauthorized)
        }
    }

    @Test("A revision full of control characters and Unicode cannot break a header")
    func headerInjection() async throws {
        try await withMirror(["org/name/a": "a"], over: .ahc()) { client, _ in
            let response = try await client.get("/api/models/org/name/revision/a%0D%0ASet-Cookie:%20x%E6%96%87")
            #expect(response["X-Error-Code"] == "RevisionNotFound")
            #expect(response["Set-Cookie"] == nil)
            #expect(response["X-Error-Message"] == "Invalid rev id: a??Set-Cookie: x?")
        }
    }

    @Test("A client's token reaches no log line, even at the finest level")
    func tokens() async throws {
        try await withTemporaryDirectory { directory in
            let log = RecordedLog()
            var logger = Logger(label: "test", factory: { _ in log })
            logger.logLevel = .trace
            let fixture = MirrorFixture(directory)
            try fixture.write("org/name/a", "a")
            try await fixture.mirror(logger: logger).application().test(.ahc()) { client in
                for uri in ["/org/name/resolve/main/a", "/org/nope/resolve/main/a", "/nothing"] {
                    _ = try await client.get(uri, headers: [.authorization: "Bearer hf_topsecret"])
                }
            }
            #expect(log.text.contains("/org/name/resolve/main/a"))
            #expect(!log.text.contains("topsecret"))
        }
    }
}

/// Keeps every line. A class only so that all copies of the logger write into one place.
private final class RecordedLog: LogHandler, Sendable {
    private let lines = Mutex<[String]>([])

    var text: String { lines.withLock { $0.joined(separator: "\n") } }
    var metadata: Logger.Metadata {
        get { [:] }
        set { lines.withLock { $0.append("\(newValue)") } }
    }
    var logLevel: Logger.Level {
        get { .trace }
        set {}
    }
    subscript(metadataKey _: String) -> Logger.Metadata.Value? {
        get { "request" }
        set {}
    }

    func log(event: LogEvent) {
        lines.withLock { $0.append("\(event.message) \(event.metadata ?? [:])") }
    }
}
