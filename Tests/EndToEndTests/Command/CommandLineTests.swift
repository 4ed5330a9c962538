import Foundation
import RoostAPI
import RoostClient
import RoostCore
import RoostServer
import SystemPackage
import TestSupport
import Testing

@testable import HTTPServing

extension EndToEndTests {
    /// What the command says, where, and what it ends with. No test here needs an engine.
    @Suite(.serialized) struct CommandLineTests {
        /// A machine with a server, without an engine, and with an unreachable hub unless one is given.
        private func withServer(
            hub: String = "http://127.0.0.1:9", _ variables: [String: String] = [:], root: FilePath, _ body: (Server) async throws -> Void
        ) async throws {
            let site = Site(root: root, hubEndpoint: hub, variables: Site.noEngine.merging(variables) { $1 })
            let server = try await site.serve()
            try await body(server)
            #expect(await server.stop() == 0)
        }

        /// A job that waits until the year 2099, so that only the test changes it.
        private func sleeper(_ model: String, on server: Server) async throws -> String {
            var request = PullRequest(model: model)
            request.runAfter = Timestamp(rawValue: "2099-01-01T00:00:00Z")
            return try await server.client.pull(request).jobID
        }

        @Test func `a pull that waits says which attempt failed, why, and when the next begins`() async throws {
            try await withTemporaryDirectory { root in
                try await withServer(root: root) { server in
                    let site = server.site
                    let pull = try await site.outputs(["pull", "no/such", "--max-retries", "1"], server: server.url)
                    #expect(pull.code == 1)
                    let waiting = try #require(
                        pull.standard.split(separator: "\n").first { $0.hasPrefix("attempt 1 of 2 failed; next ") }, "\(pull.standard)")
                    #expect(waiting.contains("connection refused"), "\(waiting)")
                    for line in pull.standard.split(separator: "\n") where line.hasPrefix("attempt") {
                        #expect(line.contains("failed; next ") && line.contains("connection refused"), "\(line)")
                    }
                    #expect(pull.errors.hasPrefix("The pull failed: The connection to "), "\(pull.errors)")
                    let id = try await server.client.pull(PullRequest(model: "no/other")).jobID
                    _ = try await eventually("a failed try") { try await server.client.job(id).job.stage == .waitingForNetwork ? true : nil }
                    let list = try await site.outputs(["jobs", "--model", "no/other"], server: server.url)
                    #expect(
                        list.standard.contains(/waiting_network .* attempt \d+ of 11 failed; next at 2\S+Z: The connection to .*connection refused/),
                        "\(list.standard)")
                    let failed = try await site.outputs(["jobs", "--status", "failed"], server: server.url)
                    #expect(failed.standard.contains(/no\/such +The connection to .*connection refused/), "\(failed.standard)")
                    _ = try await sleeper("a/later", on: server)
                    let later = try await site.outputs(["jobs", "--model", "a/later"], server: server.url)
                    #expect(later.standard.contains("queued, begins at 2099-01-01T00:00:00.000Z"), "\(later.standard)")
                }
            }
        }

        @Test func `a pull whose model is here and whose engine is missing ends with 2 and says what is missing`() async throws {
            try await withTemporaryDirectory { root in
                let files = root.appending("hub-files")
                try SampleHub.addNoise("acme/noise", bytes: 1000, to: files)
                try await FaultHub.run(files) { hub in
                    try await withServer(hub: hub.endpoint, root: root) { server in
                        let pull = try await server.site.outputs(["pull", "acme/noise", "--init"], server: server.url)
                        #expect(pull.code == 2 && pull.standard.contains(/acme\/noise is here, [^,]+: \//), "\(pull)")
                        #expect(
                            pull.errors.hasPrefix("The model is here, but not loaded: No llama-server was found")
                                && pull.errors.contains("make engine"))
                        let job = try #require(try await server.client.jobs().first?.job)
                        #expect(job.status == .succeeded && pull.errors == (job.error ?? "") + "\n")
                        #expect(try await server.site.outputs(["jobs", "watch", job.id, "--json"], server: server.url).code == 2)
                        #expect(try await server.site.outputs(["pull", "acme/noise"], server: server.url).code == 0)
                    }
                }
            }
        }

        @Test func `an id may be shortened as long as it names one job`() async throws {
            try await withTemporaryDirectory { root in
                try await withServer(root: root) { server in
                    let first = try await sleeper("a/first", on: server)
                    // Ids begin with the time in milliseconds: another one has another begin.
                    var second = try await sleeper("a/second", on: server)
                    while second.prefix(13) == first.prefix(13) { second = try await sleeper("a/second-\(second)", on: server) }
                    func jobs(_ words: String...) async throws -> Outputs { try await server.site.outputs(["jobs"] + words, server: server.url) }
                    let whole = zip(first, second).prefix { $0 == $1 }.count + 1
                    let begin = String(first.prefix(whole))
                    #expect(try await jobs("show", begin).standard.contains(first))
                    #expect(try await jobs("show", begin.uppercased()).standard.contains(first))
                    #expect(try await jobs("pause", begin).standard.contains("Job \(first) (a/first) is paused"))
                    #expect(try await jobs("priority", begin, "3").code == 0)
                    #expect(try await jobs("rate", begin, "1MB").code == 0)
                    #expect(try await jobs("resume", begin).code == 0)
                    #expect(try await jobs("events", begin, "--no-follow").standard.contains("paused"))
                    let several = try await jobs("cancel", String(first.prefix(4)))
                    #expect(
                        several.code == 64 && several.errors.contains("\(first) (a/first)") && several.errors.contains("\(second) (a/second"),
                        "\(several)")
                    #expect(try await jobs("cancel", "012").errors.contains("give 4 or more"))
                    let none = try await jobs("cancel", "ffffff")
                    #expect(none.code == 1 && none.errors.contains("There is no job whose id begins with \"ffffff\""), "\(none)")
                    #expect(try await server.client.jobs(status: "failed").isEmpty)
                    #expect(try await jobs("cancel", begin).code == 0)
                    #expect(try await jobs("delete", begin).standard == "Job \(first) is deleted.\n")
                }
            }
        }

        @Test func `jobs show names every field of a job`() async throws {
            try await withTemporaryDirectory { root in
                try await withServer(root: root) { server in
                    let id = try await sleeper("a/b", on: server)
                    let json = try await server.site.outputs(["jobs", "show", id, "--json"], server: server.url).standard
                    let fields = try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any] ?? [:]
                    let shown = try await server.site.outputs(["jobs", "show", id], server: server.url).standard
                    let names = shown.split(separator: "\n").compactMap { $0.split(separator: " ").first.map(String.init) }
                    #expect(fields.count > 30 && Set(names) == Set(fields.keys) && names.count == fields.count)
                }
            }
        }

        @Test func `with --json an error is one line of JSON on standard error, and nothing is on standard output`() async throws {
            try await withTemporaryDirectory { root in
                try await withServer(root: root) { server in
                    let cases: [(words: [String], code: String, exit: Int32, field: String?)] = [
                        (["jobs", "show", "ffffffff-ffff-ffff-ffff-ffffffffffff", "--json"], "not_found", 1, "id"),
                        (["pull", "a/b", "--revision", "..", "--json"], "invalid_request", 64, "revision"),
                        (["pull", "--json"], "invalid_request", 64, nil),
                        (["jobs", "prune", "--json"], "invalid_request", 64, nil),
                        (["pull", "a/b", "--dry-run", "--json"], "network", 1, nil),
                        (["jobs", "--server", "http://127.0.0.1:9", "--json"], "server_unreachable", 69, nil),
                        (["jobs", "--server", "ftp://x", "--json"], "invalid_request", 64, "server"),
                    ]
                    for test in cases {
                        let said = try await server.site.outputs(test.words, server: server.url)
                        #expect(said.code == test.exit && said.standard.isEmpty, "\(test.words): \(said)")
                        let problem = try said.problem()
                        #expect(problem["code"] as? String == test.code && problem["exit_code"] as? Int32 == test.exit, "\(test.words): \(said)")
                        #expect(
                            problem["field"] as? String == test.field && (problem["detail"] as? String)?.isEmpty == false, "\(test.words): \(said)")
                        #expect(said.errors.filter(\.isNewline).count == 1, "\(said)")
                    }
                    let plain = try await server.site.outputs(["jobs", "show", "ffffffff-ffff-ffff-ffff-ffffffffffff"], server: server.url)
                    #expect(plain.errors.hasPrefix("roost: There is no job"), "\(plain)")
                }
            }
        }

        @Test func `serve has one flag for each setting but the secret, and its help says variable, default and range`() async throws {
            try await withTemporaryDirectory { root in
                let site = Site(root: root, hubEndpoint: "http://127.0.0.1:9", variables: Site.noEngine)
                let help = try await site.outputs(["serve", "--help"])
                let words = help.standard.split(whereSeparator: \.isWhitespace).joined(separator: " ")
                let flags = words.matches(of: /[ ]--([a-z0-9-]+)/).map { String($0.1) }
                let declared = Setting.all.filter(\.hasFlag)
                let names = Set(declared.map { $0.key.replacing("_", with: "-") })
                #expect(Set(flags).subtracting(["home", "config", "version", "help"]) == names)
                for setting in declared {
                    let name = setting.key.replacing("_", with: "-")
                    #expect(words.contains(" --\(name) \(setting.isSwitch ? "" : "<\(name)> ")\(setting.help)"), "\(name)")
                }
                #expect(!words.contains("--webhook-secret"))
                #expect(words.contains("(MAX_CACHE_MODELS: a whole number from 1 to 64). Default: 2."))
            }
        }

        @Test func `the flags of serve reach the settings, and unknown ones are refused`() async throws {
            try await withTemporaryDirectory { root in
                let site = Site(root: root, hubEndpoint: "http://127.0.0.1:9", variables: Site.noEngine)
                let bad = try await site.outputs(["serve", "--port", "70000"])
                #expect(bad.code == 64 && bad.errors.contains("--port must be a whole number from 0 to 65535."), "\(bad.errors)")
                let remote = try await site.outputs(["serve", "--host", "0.0.0.0"])
                #expect(remote.code == 64 && remote.errors.contains("--allow-remote"), "\(remote.errors)")
                let both = try await site.outputs(["serve", "--host", "0.0.0.0", "--allow-remote", "--max-cache-models=0"])
                #expect(both.code == 64 && both.errors.contains("--max-cache-models must be a whole number from 1 to 64."), "\(both.errors)")
                let unknown = try await site.outputs(["serve", "--max-cache-model", "1"])
                #expect(unknown.code == 64 && unknown.errors.contains("Did you mean '--max-cache-models'?"), "\(unknown.errors)")
            }
        }

        @Test func `commands find the server by ROOST_PORT and by config json, and an empty variable names nothing`() async throws {
            try await withTemporaryDirectory { root in
                try await withServer(root: root) { server in
                    let site = server.site
                    let port = try #require(URL(string: server.url)?.port)
                    _ = try await sleeper("a/here", on: server)
                    let byPort = try await site.outputs(["jobs"], extra: ["ROOST_SERVER": "", "ROOST_PORT": "\(port)"])
                    #expect(byPort.standard.contains("a/here"), "\(byPort)")
                    try Data("{\"port\": \(port)}".utf8).write(to: URL(fileURLWithPath: site.home.appending("config.json").string))
                    #expect(try await site.outputs(["jobs"], extra: ["ROOST_SERVER": ""]).standard.contains("a/here"))
                    #expect(try await site.outputs(["jobs"], extra: ["ROOST_HOST": "0.0.0.0"]).standard.contains("a/here"))
                    let other = try await site.outputs(["jobs"], extra: ["ROOST_PORT": "9"])
                    #expect(other.code == 69 && other.errors.contains("http://127.0.0.1:9;"), "\(other)")
                    let wrong = try await site.outputs(["jobs"], extra: ["ROOST_PORT": "many"])
                    #expect(wrong.code == 64 && wrong.errors.contains("ROOST_PORT must be a whole number from 0 to 65535"), "\(wrong)")
                    #expect(try await site.outputs(["jobs"], server: server.url, extra: ["ROOST_PORT": "many"]).code == 0)
                    let any = try await site.outputs(["jobs"], extra: ["ROOST_PORT": "0"])
                    #expect(any.code == 64 && any.errors.contains("ROOST_SERVER"), "\(any)")
                }
            }
        }

        @Test func `lists fit the terminal, and are whole in a pipe`() async throws {
            try await withTemporaryDirectory { root in
                let repository = "an-organisation-with-a-long-name/A-Model-Whose-Name-Says-Everything-About-It-8B-Instruct-GGUF"
                let files = root.appending("hub-files")
                try SampleHub.addNoise(repository, bytes: 1000, to: files)
                try await FaultHub.run(files) { hub in
                    try await withServer(hub: hub.endpoint, root: root) { server in
                        #expect(try await server.pull(repository).status == .succeeded)
                        #expect(try await server.pull("no/such").status == .failed)
                        for words in [["jobs"], ["models", "list"]] {
                            let whole = try await server.site.outputs(words, server: server.url).standard
                            #expect(whole.contains(repository), "\(whole)")
                            let shown = try await server.site.lines(words, server: server.url, columns: 80)
                            #expect(shown.count == whole.split(separator: "\n").count)
                            for line in shown { #expect(line.count <= 80, "\(line)") }
                            #expect(shown.contains { $0.contains("an-org") && $0.contains("…") && !$0.contains(repository) }, "\(shown)")
                        }
                        let id = try #require(try await server.client.jobs().first?.job.id)
                        let row = try #require(try await server.site.lines(["jobs"], server: server.url, columns: 100).dropFirst().first)
                        #expect(!row.contains(id) && row.hasPrefix(id.prefix(8)), "\(row)")
                    }
                }
            }
        }
    }
}
