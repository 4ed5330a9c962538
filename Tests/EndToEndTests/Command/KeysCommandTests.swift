import Foundation
import SystemPackage
import TestSupport
import Testing

extension EndToEndTests {
    /// `roost keys`, and a command with a key. No test here needs an engine.
    @Suite(.serialized) struct KeysCommandTests {
        @Test func `keys are made without a server, shown once, used by the command, and revoked while a server runs`() async throws {
            try await withTemporaryDirectory { root in
                let site = Site(root: root, hubEndpoint: "http://127.0.0.1:9", variables: Site.noEngine)
                let created = try await site.outputs(["keys", "create", "me", "--owner", "ann", "--scope", "admin", "--expires", "90d"])
                let key = created.standard.trimmingCharacters(in: .whitespacesAndNewlines)
                #expect(created.code == 0 && key.wholeMatch(of: /rst_\w{40}/) != nil && created.errors.contains("shown only now"), "\(created)")
                let server = try await site.serve()
                let refused = try await site.outputs(["jobs"], server: server.url)
                #expect(refused.code == 1 && refused.errors.contains("ROOST_API_KEY"), "\(refused)")
                #expect(try await site.outputs(["jobs"], server: server.url, extra: ["ROOST_API_KEY": key]).code == 0)
                let list = try await site.outputs(["keys", "list", "--json"])
                let keys = try #require(JSONSerialization.jsonObject(with: Data(list.standard.utf8)) as? [[String: Any]])
                #expect(keys.count == 1 && keys[0]["owner"] as? String == "ann" && keys[0]["state"] as? String == "active" && keys[0]["key"] == nil)
                #expect(!list.standard.contains(key.suffix(32)))
                let rotated = try await site.outputs(["keys", "rotate", "me", "--json"])
                let fresh = try #require(
                    (JSONSerialization.jsonObject(with: Data(rotated.standard.utf8)) as? [String: Any])?["key"] as? String, "\(rotated)")
                _ = try await eventually("the new secret") {
                    try await site.outputs(["jobs"], server: server.url, extra: ["ROOST_API_KEY": fresh]).code == 0 ? true : nil
                }
                #expect(try await site.outputs(["keys", "revoke", "me"]).standard.contains("is revoked"))
                _ = try await eventually("the end of the key") {
                    try await site.outputs(["jobs"], server: server.url, extra: ["ROOST_API_KEY": fresh]).code == 1 ? true : nil
                }
                #expect(await server.stop() == 0)
            }
        }

        @Test func `an ambiguous name starts no pull, is told with the names that the key may know, and a key without a scope is told so`()
            async throws
        {
            try await withTemporaryDirectory { root in
                let site = Site(root: root, hubEndpoint: "http://127.0.0.1:9", variables: Site.noEngine)
                for name in ["a--twin", "b--twin"] {
                    let folder = site.cache.appending("models--\(name)/snapshots/\(String(repeating: "a", count: 40))").string
                    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
                    try Data([1]).write(to: URL(fileURLWithPath: folder + "/t-Q4_0.gguf"))
                }
                func key(_ words: String...) async throws -> [String: String] {
                    let created = try await site.outputs(["keys", "create"] + words)
                    return ["ROOST_API_KEY": created.standard.trimmingCharacters(in: .whitespacesAndNewlines)]
                }
                let (admin, guest) = (try await key("me", "--scope", "admin"), try await key("guest", "--scope", "chat", "--model", "x/y"))
                let server = try await site.serve()
                let said = try await site.outputs(["run", "twin", "hi"], server: server.url, extra: admin)
                #expect(said.code == 1 && said.errors.contains("could mean a/twin, b/twin") && !said.errors.contains("ulling"), "\(said)")
                #expect(try await site.outputs(["jobs", "--json"], server: server.url, extra: admin).standard == "[\n\n]\n")
                let hidden = try await site.outputs(["run", "twin", "hi", "--json"], server: server.url, extra: guest)
                #expect(try hidden.problem()["code"] as? String == "model_not_found" && !hidden.errors.contains("a/twin"), "\(hidden)")
                try Data("GGUF".utf8).write(to: URL(fileURLWithPath: root.appending("own.gguf").string))
                try Data("FROM ./own.gguf\n".utf8).write(to: URL(fileURLWithPath: root.appending("Modelfile").string))
                let weak = try await site.outputs(
                    ["create", "own", "-f", root.appending("Modelfile").string, "--json"], server: server.url, extra: guest)
                #expect(try weak.problem()["code"] as? String == "forbidden" && weak.errors.contains("another scope"), "\(weak)")
                #expect(await server.stop() == 0)
            }
        }

        @Test func `what makes no sense is refused with a sentence`() async throws {
            try await withTemporaryDirectory { root in
                let site = Site(root: root, hubEndpoint: "http://127.0.0.1:9", variables: Site.noEngine)
                for (arguments, code, words) in [
                    (["keys", "create", "x"], 64, "--scope"), (["keys", "create", "x", "--scope", "root"], 64, "scope"),
                    (["keys", "create", "x", "--scope", "read", "--expires", "soon"], 64, "expires"),
                    (["keys", "create", "", "--scope", "read"], 64, "1 to 64 bytes"), (["keys", "revoke", "none"], 1, "roost keys list"),
                ] as [([String], Int32, String)] {
                    let said = try await site.outputs(arguments)
                    #expect(said.code == code && said.errors.contains(words), "\(arguments): \(said)")
                }
                #expect(try await site.outputs(["keys"]).standard.contains("There is no key"))
                let open = try await site.outputs(["serve", "--host", "0.0.0.0", "--port", "0", "--allow-remote"])
                #expect(open.code == 64 && open.errors.contains("roost keys create") && open.errors.contains("--insecure"), "\(open)")
            }
        }
    }
}
