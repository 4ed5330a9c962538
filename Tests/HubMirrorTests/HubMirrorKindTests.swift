import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import RoostCore
import Testing

@testable import HubMirror

@Suite("Models, datasets and spaces")
struct HubMirrorKindTests {
    private let files = [
        "org/name/config.json": "model", "datasets/org/name/config.json": "dataset", "spaces/org/name/config.json": "space",
        "datasets/squad/train.csv": "a,b",
    ]

    @Test("Each kind has names of its own", arguments: [("models", ""), ("datasets", "datasets/"), ("spaces", "spaces/")])
    func kinds(kind: String, prefix: String) async throws {
        try await withMirror(files) { client, _ in
            let info = try #require(try await client.json("/api/\(kind)/org/name/revision/main") as? [String: Any])
            #expect(info["id"] as? String == "org/name")
            #expect((info["modelId"] != nil) == (kind == "models"))
            let commit = try #require(info["sha"] as? String)
            #expect(try await client.get("/\(prefix)org/name/resolve/\(commit)/config.json").text == String(kind.dropLast()))
            let tree = try #require(try await client.json("/api/\(kind)/org/name/tree/\(commit)?recursive=true&expand=false") as? [[String: Any]])
            #expect(tree.map { $0["path"] as? String } == ["config.json"])
        }
    }

    @Test("A dataset without a namespace is found; its folder is no model of an organisation called datasets")
    func canonical() async throws {
        try await withMirror(files) { client, _ in
            let found = try await client.get("/datasets/squad/resolve/main/train.csv")
            #expect(found.text == "a,b")
            for uri in ["/api/models/datasets/squad", "/api/models/datasets", "/api/models/squad", "/api/datasets/org/nope"] {
                let missing = try await client.get(uri)
                #expect(missing.status == .unauthorized, "\(uri)")
            }
        }
    }

    @Test("Repeated expand keys choose the fields, in either spelling; the name is always there")
    func expand() async throws {
        try await withMirror(files) { client, _ in
            for uri in ["?expand=sha&expand=siblings&expand=unknown", "?expand%5B%5D=sha&expand%5B%5D=siblings"] {
                let info = try #require(try await client.json("/api/models/org/name\(uri)") as? [String: Any])
                #expect(Set(info.keys) == ["id", "sha", "siblings"], "\(uri)")
            }
        }
    }

    @Test("Commits, references and the access check are answered for a commit and for a name")
    func extras() async throws {
        try await withMirror(files) { client, _ in
            let commit = try await client.commit("org/name")
            let commits = try #require(try await client.json("/api/models/org/name/commits/main?expand%5B%5D=formatted") as? [[String: Any]])
            #expect(commits.map { $0["id"] as? String } == [commit])
            #expect((commits[0]["date"] as? String)?.hasSuffix("Z") == true && commits[0]["title"] is String && commits[0]["authors"] is [Any])
            #expect(try await client.get("/api/models/org/name/commits/nope")["X-Error-Code"] == "RevisionNotFound")
            let refs = try #require(try await client.json("/api/datasets/org/name/refs?include_prs=1") as? [String: [[String: Any]]])
            #expect(Set(refs.keys) == ["branches", "converts", "tags", "pullRequests"])
            #expect(try await client.get("/api/models/org/name/auth-check").status == .ok)
            #expect(try await client.get("/api/models/org/name/auth-check/write").status == .forbidden)
            #expect(try await client.get("/api/models/org/nope/auth-check")["X-Error-Code"] == "RepoNotFound")
        }
    }

    @Test("HEAD answers on every route as GET does, without a body")
    func head() async throws {
        try await withMirror(files, over: .ahc()) { client, _ in
            for uri in [
                "/api/models/org/name", "/api/models/org/name/revision/main?blobs=True", "/api/models/org/name/tree/main",
                "/api/models/org/name/refs",
                "/api/models/org/name/commits/main", "/api/models/org/name/auth-check", "/api/whoami-v2", "/org/name/resolve/main/config.json",
                "/org/name/resolve/main/nope", "/nothing",
            ] {
                let get = try await client.get(uri)
                let head = try await client.execute(uri: uri, method: .head)
                #expect(head.status == get.status, "\(uri)")
                #expect(head.body.readableBytes == 0)
                #expect(head["Content-Length"] == "\(get.body.readableBytes)", "\(uri)")
                #expect(head["X-Error-Code"] == get["X-Error-Code"])
            }
        }
    }

    @Test("No answer speaks of Xet")
    func noXet() async throws {
        try await withMirror(["org/name/model.safetensors": "abc"]) { client, _ in
            for uri in ["/api/models/org/name?blobs=true", "/api/models/org/name/tree/main?expand=true", "/org/name/resolve/main/model.safetensors"] {
                let response = try await client.get(uri)
                let named = response.headers.map(\.name.rawName) + [response.text]
                #expect(!named.contains { $0.lowercased().contains("xet") }, "\(uri)")
            }
            #expect(try await client.get("/api/models/org/name/xet-read-token/main").status == .notFound)
        }
    }

    @Test("When as many bodies are under way as there may be, further clients are asked to come again; when one ends, it goes on")
    func overload() async throws {
        let configure: (inout MirrorFixture) -> Void = { fixture in fixture.configuration.mostBodies = 0 }
        try await withMirror(["org/name/a": "a"], configure: configure) { client, _ in
            let response = try await client.get("/org/name/resolve/main/a")
            #expect(response.status == .tooManyRequests)
            #expect(response["Retry-After"] == "5")
            #expect(try await client.execute(uri: "/org/name/resolve/main/a", method: .head).status == .ok)
        }
        let slots = ClientSlots(1)
        var first = slots.take()
        #expect(first != nil && slots.take() == nil)
        first = nil
        let again = slots.take()
        #expect(again != nil)
    }

    @Test("One address gets a quarter of the bodies, and its slots again when they end; the others are for other addresses")
    func share() {
        let slots = ClientSlots(8)
        func take(_ address: String) -> ClientSlot? { ServedClient.$name.withValue(address) { slots.take() } }
        var held = (0..<2).map { _ in take("10.0.0.1") }
        #expect(held.allSatisfy { $0 != nil } && take("10.0.0.1") == nil)
        held.removeLast()
        held.append(take("10.0.0.1"))
        held += (2...4).flatMap { index in (0..<2).map { _ in take("10.0.0.\(index)") } }
        #expect(held.allSatisfy { $0 != nil } && held.count == 8)
        #expect(take("10.0.0.5") == nil)
        held.removeFirst()
        #expect(take("10.0.0.5") != nil)
    }
}
