import AsyncHTTPClient
import Foundation
import Hashing
import NIOCore
import NIOHTTP1
import RoostCore
import SystemPackage
import TestSupport
import Testing

@testable import RoostServer

/// Ollama's routes that need no engine, over real HTTP.
@Suite struct OllamaRouteTests {
    private func error(_ answer: RunningServer.Answer) throws -> String { try answer.json()["error"] as? String ?? "" }

    @Test func `clients find an Ollama of a version that they accept`() async throws {
        try await RunningServer.run { server in
            let root = try await server.send(.GET, "/")
            #expect(root.status == 200 && String(decoding: root.body, as: UTF8.self) == "Ollama is running")
            #expect(root.headers.first(name: "content-type")?.hasPrefix("text/plain") == true)
            for path in ["/", "/api/version", "/api/tags"] { #expect(try await server.send(.HEAD, path).status == 200, "\(path)") }
            let version = try #require(try await server.send(.GET, "/api/version").json()["version"] as? String)
            let parts = version.split(separator: ".").compactMap { Int($0) }
            #expect(parts.count == 3 && (parts[0], parts[1], parts[2]) >= (0, 6, 4))
        }
    }

    /// The members that Zed, Open WebUI and VS Code's Copilot read.
    @Test func `tags and show tell what the file says, also under another name`() async throws {
        try await RunningServer.run { server in
            try server.placeSampleModel()
            #expect(
                try await server.send(
                    .PUT, "/aliases/helper", body: Array(#"{"model":"acme/smol:Q4_1","system":"S","parameters":{"stop":["a"],"top_k":5}}"#.utf8)
                ).status == 200)
            let tags = try #require(try await server.send(.GET, "/api/tags").json()["models"] as? [[String: Any]])
            #expect(tags.compactMap { $0["name"] as? String }.sorted() == ["acme/smol:Q4_1", "helper:latest"])
            let tag = try #require(tags.first { $0["name"] as? String == "acme/smol:Q4_1" })
            #expect(tag["model"] as? String == "acme/smol:Q4_1" && tag["size"] as? Int == 98_362_432 && (tag["digest"] as? String)?.count == 64)
            #expect((tag["modified_at"] as? String)?.hasSuffix("Z") == true)
            let details = try #require(tag["details"] as? [String: Any])
            #expect(
                details["family"] as? String == "llama" && details["format"] as? String == "gguf"
                    && details["quantization_level"] as? String == "Q4_1")
            #expect(details["parameter_size"] as? String == "134.52M" && details["families"] as? [String] == ["llama"])
            let show = try await server.post("/api/show", #"{"name":"acme/smol"}"#).json()
            let info = try #require(show["model_info"] as? [String: Any])
            #expect(info["general.architecture"] as? String == "llama" && info["llama.context_length"] as? Int == 8192)
            #expect(info["tokenizer.ggml.tokens"] is NSNull && info["general.parameter_count"] as? Int == 134_515_008)
            #expect((show["capabilities"] as? [String])?.first == "completion" && (show["template"] as? String)?.contains("im_start") == true)
            #expect(show["parameters"] == nil && show["modified_at"] is String && show["details"] is [String: Any])
            let alias = try await server.post("/api/show", #"{"model":"HELPER:latest","verbose":true}"#).json()
            #expect(alias["system"] as? String == "S" && (alias["parameters"] as? String)?.contains(/stop +"a"/) == true)
            #expect((alias["model_info"] as? [String: Any])?["tokenizer.ggml.tokens"] is [String])
        }
    }

    @Test func `errors have Ollama's form and a true status`() async throws {
        try await RunningServer.run { server in
            let cases: [(String, String, Int)] = [
                ("/api/chat", #"{"model":"no/such","messages":[{"role":"user","content":"x"}]}"#, 404), ("/api/show", #"{"model":"nosuch"}"#, 404),
                ("/api/chat", "{", 400), ("/api/generate", #"{"prompt":"x"}"#, 400), ("/api/chat", #"{"model":"a/b/c"}"#, 400),
                ("/api/nothing", "{}", 404),
                ("/api/copy", #"{"source":"no/such","destination":"x"}"#, 404), ("/api/create", #"{"model":"x"}"#, 400),
                ("/api/create", #"{"model":"x","from":"no/such"}"#, 404), ("/api/embed", #"{"model":"no/such","input":"x"}"#, 404),
                ("/api/embed", #"{"model":"no/such","input":[1]}"#, 400), ("/api/pull", #"{"model":""}"#, 400),
            ]
            for (path, body, status) in cases {
                let answer = try await server.post(path, body)
                #expect(
                    try answer.status == status && !error(answer).isEmpty,
                    "\(path) \(body): \(answer.status) \(String(decoding: answer.body, as: UTF8.self))")
            }
            #expect(try await server.send(.DELETE, "/api/delete", body: Array(#"{"model":"no/such"}"#.utf8)).status == 404)
            let wrong = try await server.send(.GET, "/api/chat")
            #expect(try wrong.status == 405 && wrong.headers.first(name: "allow") == "OPTIONS, POST" && !(error(wrong)).isEmpty)
        }
    }

    @Test func `a copy is another name, which is deleted alone; deleting a model removes its files`() async throws {
        try await RunningServer.run { server in
            let model = try CachedModel(in: server)
            #expect(try await server.post("/api/copy", #"{"source":"tiny","destination":"team/backup:v1"}"#).status == 200)
            let aliases = try JSONSerialization.jsonObject(with: try await server.send(.GET, "/aliases").body) as? [[String: Any]]
            #expect(aliases?.count == 1 && aliases?[0]["name"] as? String == "team/backup:v1" && aliases?[0]["model"] as? String == "acme/tiny:Q4_0")
            #expect(try await server.send(.GET, "/v1/models/team/backup:v1").json()["id"] as? String == "acme/tiny:Q4_0")
            #expect(try await server.send(.DELETE, "/api/delete", body: Array(#"{"model":"team/backup:v1"}"#.utf8)).status == 200)
            #expect(model.isThere(model.blob))
            #expect(try await server.send(.DELETE, "/api/delete", body: Array(#"{"name":"acme/tiny:Q4_0"}"#.utf8)).status == 200)
            #expect(!model.isThere(model.blob))
            #expect(try await server.send(.DELETE, "/aliases/team%2Fbackup%3Av1").status == 404)
        }
    }

    @Test func `an alias with the name of a model, or with a wrong parameter, is refused`() async throws {
        try await RunningServer.run { server in
            _ = try CachedModel(in: server)
            for (name, body, status, field) in [
                ("acme/tiny", #"{"model":"acme/other"}"#, 409, "name"), ("ACME/Tiny:q4_0", #"{"model":"acme/other"}"#, 409, "name"),
                ("x", #"{"model":"x"}"#, 400, "name"), ("x", "{}", 400, "model"),
                ("x", #"{"model":"a/b","parameters":{"temperature":"hot"}}"#, 400, "parameters.temperature"),
                ("x", #"{"model":"a/b","parameters":{"temprature":1}}"#, 400, "parameters"), ("a/b/c", #"{"model":"a/b"}"#, 400, "name"),
            ] {
                let answer = try await server.send(.PUT, "/aliases/\(name)", body: Array(body.utf8))
                #expect(
                    try answer.status == status && (answer.json()["field"] as? String) == field,
                    "\(name) \(String(decoding: answer.body, as: UTF8.self))")
            }
        }
    }

    @Test func `a file that was sent becomes a model, once its digest is right`() async throws {
        try await RunningServer.run { server in
            let bytes = try Data(contentsOf: URL(fileURLWithPath: TestEnvironment.testFile("../Fixtures/vision/tiny-F16.gguf").string))
            let digest = "sha256:" + SHA256.hash(data: bytes).hexadecimal
            let wrong = "sha256:" + String(repeating: "0", count: 64)
            #expect(try await server.send(.HEAD, "/api/blobs/\(digest)").status == 404)
            let refused = try await server.send(.POST, "/api/blobs/\(wrong)", body: Array(bytes))
            #expect(try refused.status == 400 && (error(refused)).contains(digest))
            #expect(try await server.send(.POST, "/api/blobs/sha256:..%2Fx", body: []).status == 400)
            let early = try await server.post("/api/create", #"{"model":"mine","files":{"m.gguf":"\#(digest)"}}"#)
            #expect(try early.status == 404 && (error(early)).contains("/api/blobs/"))
            #expect(try await server.send(.POST, "/api/blobs/\(digest)", body: Array(bytes)).status == 201)
            #expect(try await server.send(.HEAD, "/api/blobs/\(digest)").status == 200)
            let created = try await server.post(
                "/api/create", #"{"model":"mine","files":{"m.gguf":"\#(digest)"},"system":"Be brief.","parameters":{"temperature":0.5}}"#)
            #expect(created.status == 200 && String(decoding: created.body, as: UTF8.self).hasSuffix("{\"status\":\"success\"}\n"))
            let show = try await server.post("/api/show", #"{"model":"mine"}"#).json()
            #expect(show["system"] as? String == "Be brief." && (show["parameters"] as? String)?.contains("0.5") == true)
            let other = try await server.post("/api/create", #"{"model":"other","from":"mine","system":"Else.","stream":false}"#)
            #expect(try other.json()["status"] as? String == "success")
            #expect(try await server.post("/api/show", #"{"model":"other"}"#).json()["system"] as? String == "Else.")
            #expect(try await server.send(.DELETE, "/api/delete", body: Array(#"{"model":"mine"}"#.utf8)).status == 200)
            #expect(try await server.send(.HEAD, "/api/blobs/\(digest)").status == 200, "the other model needs it")
            let detail = try await server.send(.GET, "/models/other").json()
            #expect(
                detail["model"] as? String == "other" && (detail["models"] as? [Any])?.count == 1 && (detail["revisions"] as? [Any])?.isEmpty == true)
            let planned = try await server.send(.DELETE, "/models/other?dry_run=true").json()
            #expect(planned["dry_run"] as? Bool == true && (planned["freed_bytes"] as? Int ?? 0) > bytes.count, "\(planned)")
            #expect(try await server.send(.DELETE, "/models/other").status == 200)
            #expect(try await server.send(.HEAD, "/api/blobs/\(digest)").status == 404)
            let left = try FileManager.default.contentsOfDirectory(atPath: server.home.appending("ollama/blobs").string)
            #expect(left.filter { $0.hasPrefix(".") } == [])
        }
    }
    @Test func `a file that does not fit on the disk is refused before it is read`() async throws {
        try await RunningServer.run {
            $0.diskReserve = 1 << 60
        } _: { server in
            let refused = try await server.send(.POST, "/api/blobs/sha256:\(String(repeating: "0", count: 64))", body: Array("GGUF".utf8))
            #expect(try refused.status == 507 && error(refused).contains("disk"))
            let left = try FileManager.default.subpathsOfDirectory(atPath: server.home.appending("ollama").string)
            #expect(left.filter { $0.contains("sha256") } == [])
        }
    }
}
