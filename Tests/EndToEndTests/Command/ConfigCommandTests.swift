import Foundation
import RoostAPI
import RoostClient
import RoostServer
import SystemPackage
import TestSupport
import Testing

extension EndToEndTests {
    /// `roost config`: what counts and why, and changes of config.json.
    @Suite(.serialized) struct ConfigCommandTests {
        private struct Report: Decodable {
            let key: String
            let value: String
            let source: String
            let place: String?
        }

        private func site(_ root: FilePath) -> Site {
            Site(root: root, hubEndpoint: "http://127.0.0.1:9", variables: ["ROOST_CONTEXT_LENGTH": ""].merging(Site.noEngine) { $1 })
        }

        private func reports(_ site: Site, extra: [String: String] = [:]) async throws -> [String: Report] {
            let said = try await site.outputs(["config", "show", "--json"], extra: extra)
            #expect(said.code == 0, "\(said)")
            let reports = try JSONDecoder().decode([Report].self, from: Data(said.standard.utf8))
            #expect(reports.map(\.key) == Setting.all.map(\.key))
            return Dictionary(reports.map { ($0.key, $0) }) { first, _ in first }
        }

        private func content(_ site: Site) -> String {
            String(decoding: FileManager.default.contents(atPath: site.home.appending("config.json").string) ?? Data(), as: UTF8.self)
        }

        @Test func `each value has its source, and secrets are only set or not set`() async throws {
            try await withTemporaryDirectory { root in
                let site = site(root)
                let secret = "a-very-secret-secret-of-this-test"
                #expect(try await reports(site)["port"].map { [$0.value, $0.source] } == ["8005", "default"])
                #expect(try await site.outputs(["config", "set", "port", "8010"]).code == 0)
                #expect(try await site.outputs(["config", "set", "webhook_secret"], input: secret + "\n").code == 0)
                let typed = try await site.onTerminal(
                    ["config", "set", "webhook_secret"], [.awaiting("is not shown: "), .typing(secret + "\n"), .awaiting("webhook_secret is set")])
                #expect(typed.code == 0 && !typed.shown.contains(secret), "\(typed)")
                #expect(try await site.outputs(["config", "set", "max_cache_models=3", "keep_alive=10m"]).code == 0)
                let found = try await reports(site, extra: ["MAX_CACHE_MODELS": "4"])
                #expect(found["port"]?.value == "8010" && found["port"]?.source == "file" && found["port"]?.place?.contains("config.json") == true)
                #expect(found["max_cache_models"]?.value == "4" && found["max_cache_models"]?.source == "environment")
                #expect(found["max_cache_models"]?.place == "MAX_CACHE_MODELS")
                #expect(found["webhook_secret"]?.value == "set" && found["keep_alive"]?.value == "600s")
                let shown = try await site.outputs(["config"])
                #expect(shown.standard.contains("8010") && !shown.standard.contains(secret), "\(shown)")
                let changed = try await site.outputs(["config", "show", "--changed"]).standard.split(separator: "\n")
                #expect(changed.count == 5, "\(changed)")
                #expect(try await site.outputs(["config", "show", "port"]).standard.contains("8010"))
            }
        }

        @Test func `a change keeps the mode, the order and the other values, and the server starts with it`() async throws {
            try await withTemporaryDirectory { root in
                let site = site(root)
                #expect(try await site.outputs(["config", "init", "--port", "0", "--max-cache-models", "1", "--forget-models"]).code == 0)
                let file = site.home.appending("config.json").string
                #expect(content(site) == "{\n  \"port\": 0,\n  \"max_cache_models\": 1,\n  \"forget_models\": true\n}\n")
                func mode() throws -> Int? { (try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? NSNumber)?.intValue }
                #expect(try mode() == 0o600)
                try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: file)
                #expect(try await site.outputs(["config", "set", "max_cache_models", "2"]).code == 0)
                #expect(try await site.outputs(["config", "set", "keep_alive", "forever"]).code == 0)
                #expect(try await site.outputs(["config", "set", "--unset", "forget_models"]).code == 0)
                #expect(content(site) == "{\n  \"port\": 0,\n  \"max_cache_models\": 2,\n  \"keep_alive\": \"forever\"\n}\n")
                #expect(try mode() == 0o640)
                #expect(try FileManager.default.contentsOfDirectory(atPath: site.home.string).filter { $0.contains("tmp") } == [])
                let again = try await site.outputs(["config", "init"])
                #expect(again.code == 1 && again.errors.contains("stays as it is"), "\(again)")
                let server = try await site.serve()
                #expect(try await server.client.status().maxCacheModels == 2)
                #expect(await server.stop() == 0)
            }
        }

        @Test func `what the server would refuse is refused, and the file stays as it was`() async throws {
            try await withTemporaryDirectory { root in
                let site = site(root)
                #expect(try await site.outputs(["config", "set", "port", "8010"]).code == 0)
                let before = content(site)
                let cases: [([String], String)] = [
                    (["set", "port", "70000"], "`port` must be a whole number from 0 to 65535."), (["set", "prot", "1"], "Did you mean port?"),
                    (["set", "ROOST_PORT", "1"], "Did you mean port?"), (["set", "forget_models", "yes"], "must be true or false"),
                    (["set", "host", "0.0.0.0"], "can be reached from other machines"), (["set", "tls_key", "/x"], "one of them is missing"),
                    (["set", "webhook_secret", "0123456789abcdef"], "on standard input"), (["set", "port"], "There is no value"),
                    (["set", "a", "b", "c"], "KEY VALUE"), (["set", "disk_reserve", "much"], "must be a size"),
                    (["show", "prot"], "Did you mean port?"),
                ]
                for (words, sentence) in cases {
                    let said = try await site.outputs(["config"] + words)
                    #expect(said.code == 64 && said.errors.contains(sentence), "\(words): \(said)")
                }
                #expect(content(site) == before)
                // Both together are allowed.
                #expect(try await site.outputs(["config", "set", "host=0.0.0.0", "allow_remote=true"]).code == 0)
                try Data("{\"colour\": 1}".utf8).write(to: URL(fileURLWithPath: site.home.appending("config.json").string))
                let unknown = try await site.outputs(["config", "set", "port", "1"])
                #expect(unknown.code == 64 && unknown.errors.contains("\"colour\"") && content(site) == "{\"colour\": 1}", "\(unknown)")
            }
        }
    }
}
