import Foundation
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
