import Foundation
import RoostAPI
import RoostClient
import RoostCore
import SystemPackage
import TestSupport
import Testing

extension EndToEndTests {
    /// The verbs that a person who knows only Ollama would guess, against a real server and model.
    @Suite(.serialized) struct OllamaVerbTests {
        @Test func `pull, list, show, run, ps, cp, create, stop and rm do what their names say`() async throws {
            try await withTemporaryDirectory { root in
                try await FaultHub.run(SampleHub.make(in: root)) { hub in
                    let site = Site(root: root, hubEndpoint: hub.endpoint)
                    let server = try await site.serve()
                    func roost(_ words: String...) async throws -> Outputs {
                        let said = try await site.outputs(words, server: server.url)
                        #expect(said.code == 0, "\(words): \(said)")
                        return said
                    }
                    #expect(try await roost("ps").standard.hasPrefix("No model is in memory."))
                    _ = try await roost("pull", SampleHub.model)
                    for words in [["list"], ["ls"]] {
                        let said = try await site.outputs(words, server: server.url)
                        #expect(said.standard.contains(SampleHub.model + ":Q4_1") && said.code == 0, "\(said)")
                    }
                    #expect(try await roost("show", "smollm2-135m-instruct").standard.contains("SmolLM2-135M-Instruct-Q4_1.gguf"))
                    #expect(try await roost("cp", "SmolLM2-135M-Instruct", "helper").standard == "helper is \(SampleHub.model):Q4_1.\n")
                    let answer = try await roost("run", "helper", "Say hello.", "--max-tokens", "4", "--temperature", "0")
                    #expect(!answer.standard.isEmpty)
                    let running = try await roost("ps").standard
                    #expect(running.contains("\(SampleHub.model):Q4_1") && running.contains("ready") && running.contains("2048"), "\(running)")
                    let engines = try JSONDecoder().decode([EngineView].self, from: Data(try await roost("ps", "--json").standard.utf8))
                    #expect(engines.map(\.state) == ["ready"])
                    #expect(try await roost("stop", "helper").standard == "\(SampleHub.model):Q4_1 is no longer in memory.\n")
                    #expect(try await roost("stop", "helper").standard.hasPrefix("helper was not in memory."))
                    #expect(try await roost("ps").standard.hasPrefix("No model is in memory."))
                    try await createsModels(site, server, in: root)
                    // Removing a name keeps the model, removing the model does not.
                    #expect(try await roost("rm", "helper").standard.contains("its model stays"))
                    #expect(try await roost("list").standard.contains(SampleHub.model))
                    let near = try await site.outputs(["show", "sample/SmolLM2-135M-Instrcut-GGUF"], server: server.url)
                    #expect(near.code == 1 && near.errors.contains("Did you mean \(SampleHub.model)?"), "\(near)")
                    let unknown = try await site.outputs(["cp", "no/such", "other"], server: server.url)
                    #expect(unknown.code == 1 && unknown.errors.contains("is not on this machine"), "\(unknown)")
                    _ = try await roost("rm", "SAMPLE/smollm2-135M-instruct-GGUF")
                    #expect(try await roost("list").standard.hasPrefix("No models."))
                    #expect(await server.stop() == 0)
                }
            }
        }

        /// Makes models of Modelfiles: of a model, and of a GGUF file.
        private func createsModels(_ site: Site, _ server: Server, in root: FilePath) async throws {
            let modelfile = root.appending("Modelfile")
            func create(_ name: String, _ text: String) async throws -> Outputs {
                try Data(text.utf8).write(to: URL(fileURLWithPath: modelfile.string))
                return try await site.outputs(["create", name, "-f", modelfile.string], server: server.url)
            }
            let brief = try await create("brief", "FROM smollm2-135m-instruct\nSYSTEM Be brief.\nPARAMETER num_predict 3\nLICENSE MIT\n")
            #expect(brief.standard == "brief is made of smollm2-135m-instruct.\n" && brief.errors.contains("LICENSE is left out."), "\(brief)")
            let alias = try await server.client.aliases().first { $0.name.description == "brief" }
            #expect(alias?.model.repository.description == SampleHub.model && alias?.preset.system == "Be brief.")
            #expect(alias?.preset.parameters == ["num_predict": .number(3)])
            try FileManager.default.copyItem(atPath: TestEnvironment.sampleModel.string, toPath: root.appending("own.gguf").string)
            // Twice: the second time the server has the file.
            for _ in 1...2 {
                let own = try await create("own/model", "FROM ./own.gguf\nSYSTEM Be kind.\n")
                #expect(own.code == 0 && own.standard == "own/model is made of ./own.gguf.\n", "\(own)")
            }
            let answer = try await site.outputs(["run", "own/model", "Say hello.", "--max-tokens", "4"], server: server.url)
            #expect(answer.code == 0 && !answer.standard.isEmpty, "\(answer)")
            for (text, reason) in [
                ("FROM ./none.gguf", "cannot be read"), ("FROM ./Modelfile", "is no GGUF file"), ("FROM own/model\nPARAMETER warmth 3", "warmth"),
                ("SYSTEM hello", "has no FROM"),
            ] {
                let refused = try await create("wrong", text)
                #expect(refused.code != 0 && refused.errors.contains(reason) && refused.standard.isEmpty, "\(text): \(refused)")
            }
            #expect(try await site.outputs(["cp", "BRIEF:latest", "copied"], server: server.url).code == 0)
            #expect(try await server.client.aliases().first { $0.name.description == "copied" }?.preset.system == "Be brief.")
            #expect(try await site.outputs(["rm", "copied"], server: server.url).code == 0)
            let missing = try await site.outputs(["create", "wrong", "-f", root.appending("none").string], server: server.url)
            #expect(missing.code == 64 && missing.errors.contains("cannot be read; name another one with --file"), "\(missing)")
            #expect(try await site.outputs(["list"], server: server.url).standard.contains(/own\/model .* ollama +\//))
            #expect(try await site.outputs(["stop", "own/model"], server: server.url).code == 0)
            for name in ["brief", "own/model"] { #expect(try await site.outputs(["rm", name], server: server.url).code == 0) }
        }

        @Test(arguments: [
            ("lst", "list"), ("rn", "run"), ("delete", "rm"), ("copy", "cp"), ("start", "serve"), ("make", "create"), ("push", "hub"),
            ("status", "doctor"),
            ("job", "jobs"),
        ]) func `a word that is no command asks for the one that was meant`(word: String, meant: String) async throws {
            try await withTemporaryDirectory { root in
                let site = Site(root: root, hubEndpoint: "http://127.0.0.1:9", variables: Site.noEngine)
                let said = try await site.outputs([word, "x"])
                #expect(
                    said.code == 64 && said.errors.contains("There is no command \"\(word)\".") && said.errors.contains("`roost \(meant)`"), "\(said)"
                )
                let problem = try await site.outputs([word, "--json"]).problem()
                #expect(problem["code"] as? String == "invalid_request" && problem["field"] as? String == "command")
                for words in [
                    ["--colour", "red"], ["--quantize", "q9", "a/b"], ["a/b", "--priority", "high"], ["a/b", "c.gguf", "--quantize", "q9"],
                ] {
                    let other = try await site.outputs(["pull"] + words)
                    #expect(
                        other.code == 64 && !other.errors.contains("There is no command") && !other.errors.contains("takes one model"), "\(other)")
                }
            }
        }

        @Test(arguments: [
            (["models", "delete", "x"], "`roost models rm`"), (["jobs", "wait", "x"], "`roost jobs watch`"),
            (["keys", "remove", "x"], "`roost keys revoke`"),
            (["cache", "ls"], "`roost models`"), (["completion", "bash"], "`roost --generate-completion-script`"), (["mod"], "`roost models`"),
            (["run", "m", "--nowordwrap"], "leave the option out"), (["pull", "a/b", "--local-dir", "."], "`roost show MODEL`"),
            (["pull", "a/b", "c.gguf"], "\"a/b:c.gguf\""), (["show", "m", "--modelfile"], "`roost alias list --json`"),
        ]) func `what people know from ollama and hf gets the way it is done here`(words: [String], advice: String) async throws {
            try await withTemporaryDirectory { root in
                let site = Site(root: root, hubEndpoint: "http://127.0.0.1:9", variables: Site.noEngine)
                let said = try await site.outputs(words)
                #expect(said.code == 64 && said.errors.contains(advice) && said.standard.isEmpty, "\(said)")
                #expect(try await site.outputs(words + ["--json"]).problem()["code"] as? String == "invalid_request")
            }
        }

        @Test func `update-engine tells which engine is used and how it is replaced, and refuses a folder without Roost`() async throws {
            try await withTemporaryDirectory { root in
                let site = Site(root: root, hubEndpoint: "http://127.0.0.1:9")
                let report = try await site.outputs(["update-engine", "--dry-run", "--json"])
                let fields = try JSONSerialization.jsonObject(with: Data(report.standard.utf8)) as? [String: Any] ?? [:]
                #expect(report.code == 0 && Set(fields.keys) == ["engine", "version", "build", "minimum_build", "advice"], "\(report)")
                #expect((fields["engine"] as? String)?.hasSuffix("llama-server") == true)
                let wrong = try await site.outputs(["update-engine", "--checkout", root.string])
                #expect(wrong.code == 64 && wrong.errors.contains("has no scripts/engine"), "\(wrong)")
            }
        }

        @Test func `version tells both versions, and embed without an embedding model says why not`() async throws {
            try await withTemporaryDirectory { root in
                let site = Site(root: root, hubEndpoint: "http://127.0.0.1:9", variables: Site.noEngine)
                let alone = try await site.outputs(["version"], server: "http://127.0.0.1:9")
                #expect(alone.code == 0 && alone.standard.hasPrefix("roost \(RoostVersion.current)\nno server"), "\(alone)")
                for option in ["--version", "-v"] { #expect(try await site.outputs([option]).standard == "\(RoostVersion.current)\n") }
                let server = try await site.serve()
                let json = try await site.outputs(["version", "--json"], server: server.url).standard
                let versions = try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: String]
                #expect(versions == ["client": RoostVersion.current, "server": RoostVersion.current, "server_url": server.url])
                let embedding = try await site.outputs(["embed", "a/b", "text", "--json"], server: server.url)
                let problem = try embedding.problem()
                #expect(embedding.code == 1 && problem["code"] as? String == "model_not_found", "\(embedding)")
                #expect(try await site.outputs(["embed", "a/b"], server: server.url, input: "\n").errors.contains("There is no text"))
                let empty = try await site.outputs(["embed", "a/b"], server: server.url, input: "one\r\n\u{2028}two\n\nthree\n")
                #expect(empty.code == 64 && empty.errors.contains("Line 3 is empty"), "\(empty)")
                #expect(await server.stop() == 0)
            }
        }
    }
}
