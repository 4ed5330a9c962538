import Foundation
import SystemPackage
import TestSupport
import Testing

extension EndToEndTests {
    /// `roost launch`: what other programs get. Here each of them is a script that prints what it got.
    @Suite(.serialized) struct LaunchCommandTests {
        private func withPrograms(_ body: @escaping @Sendable (Site, String, [String: String]) async throws -> Void) async throws {
            try await withTemporaryDirectory { root in
                let folder = root.appending("programs").string
                try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
                for name in ["claude", "codex", "opencode", "aider"] {
                    let script =
                        "#!/bin/sh\nenv | grep -E '^(ANTHROPIC|OPENAI|OPENCODE|ROOST_API|CLAUDE)' | sort\nfor word in \"$@\"; do echo \"[$word]\"; done\nexit 7\n"
                    try Data(script.utf8).write(to: URL(fileURLWithPath: "\(folder)/\(name)"))
                    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: "\(folder)/\(name)")
                }
                try await ChatServer.run { _, url in
                    let site = Site(root: root, hubEndpoint: "http://127.0.0.1:9", variables: Site.noEngine)
                    try await body(site, url, ["PATH": "\(folder):/usr/bin:/bin"])
                }
            }
        }

        @Test func `a program is started in the place of the command, with the model, the server and its own arguments`() async throws {
            try await withPrograms { site, url, path in
                let claude = try await site.outputs(
                    ["launch", "claude", "--model", "a/b", "--", "--continue", "x y"], server: url,
                    extra: path.merging(["ANTHROPIC_API_KEY": "the person's own"]) { $1 })
                #expect(claude.code == 7, "\(claude)")
                for line in [
                    "ANTHROPIC_BASE_URL=\(url)", "ANTHROPIC_AUTH_TOKEN=none", "ANTHROPIC_API_KEY=", "ANTHROPIC_MODEL=a/b:Q4_0", "[--continue]",
                    "[x y]",
                ] {
                    #expect(claude.standard.split(separator: "\n").contains(Substring(line)), "\(line): \(claude.standard)")
                }
                let codex = try await site.outputs(["launch", "codex", "--model", "a/b"], server: url, extra: path).standard
                for line in [
                    "[model_providers.roost.base_url=\"\(url)/v1\"]", "[model_providers.roost.wire_api=\"responses\"]", "[model_context_window=2048]",
                    "[a/b:Q4_0]",
                ] {
                    #expect(codex.split(separator: "\n").contains(Substring(line)), "\(line): \(codex)")
                }
                #expect(!codex.contains("env_key"))
                let alias = try await site.outputs(["launch", "codex", "--model", "Helper:latest"], server: url, extra: path).standard
                for line in ["[helper]", "[model_context_window=8192]"] {
                    #expect(alias.split(separator: "\n").contains(Substring(line)), "\(line): \(alias)")
                }
                let aider = try await site.outputs(["launch", "aider", "--model", "a/b"], server: url, extra: path).standard
                #expect(aider.contains("OPENAI_API_BASE=\(url)/v1\n") && aider.contains("[openai/a/b:Q4_0]"), "\(aider)")
                let opencode = try await site.outputs(["launch", "opencode", "--model", "a/b"], server: url, extra: path).standard
                let line = try #require(opencode.split(separator: "\n").first { $0.hasPrefix("OPENCODE_CONFIG_CONTENT=") })
                let config = try JSONSerialization.jsonObject(with: Data(line.dropFirst("OPENCODE_CONFIG_CONTENT=".count).utf8)) as? [String: Any]
                let provider = ((config?["provider"] as? [String: Any])?["roost"] as? [String: Any])
                #expect(
                    config?["model"] as? String == "roost/a/b:Q4_0" && (provider?["options"] as? [String: Any])?["baseURL"] as? String == "\(url)/v1")
                #expect((provider?["models"] as? [String: Any])?.keys.sorted() == ["a/b:Q4_0"])
            }
        }

        @Test func `what is printed sets a shell up without showing the key, and the key reaches the program`() async throws {
            let key = "rst_abcdefgh_0123456789abcdef0123456789abcdef"
            try await withPrograms { site, url, path in
                let extra = path.merging(["ROOST_API_KEY": key]) { $1 }
                let printed = try await site.outputs(["launch", "claude", "--model", "a/b", "--print"], server: url, extra: extra)
                #expect(printed.code == 0 && !printed.standard.contains(key), "\(printed)")
                #expect(
                    printed.standard.contains("export ANTHROPIC_AUTH_TOKEN=\"$ROOST_API_KEY\"\n") && printed.standard.hasSuffix("\nclaude\n"),
                    "\(printed)")
                let shell = root(site).appending("printed.sh")
                try Data(printed.standard.utf8).write(to: URL(fileURLWithPath: shell.string))
                let sourced = try? Command.output(["/bin/sh", "-c", ". \(shell) ; true"], environment: extra)
                #expect(sourced?.contains("ANTHROPIC_AUTH_TOKEN=\(key)\n") == true, "\(sourced ?? "nothing")")
                let codex = try await site.outputs(["launch", "codex", "--model", "a/b"], server: url, extra: extra).standard
                #expect(codex.contains("[model_providers.roost.env_key=\"ROOST_API_KEY\"]") && codex.contains("ROOST_API_KEY=\(key)"), "\(codex)")
                let json = try await site.outputs(["launch", "aider", "--model", "a/b", "--json"], server: url, extra: extra)
                let report = try JSONSerialization.jsonObject(with: Data(json.standard.utf8)) as? [String: Any]
                #expect(report?["installed"] as? Bool == true && !json.standard.contains(key), "\(json)")
            }
        }

        private func root(_ site: Site) -> FilePath { site.root }

        @Test func `an unknown program and one that is not installed are told, and the list says which are there`() async throws {
            try await withPrograms { site, url, path in
                let unknown = try await site.outputs(["launch", "cluade"], server: url, extra: path)
                #expect(unknown.code == 64 && unknown.errors.contains("Did you mean claude?"), "\(unknown)")
                let missing = try await site.outputs(["launch", "goose", "--model", "a/b"], server: url, extra: path)
                #expect(missing.code == 1 && missing.errors.contains("goose is not installed") && missing.errors.contains("--print"), "\(missing)")
                let list = try await site.outputs(["launch"], server: url, extra: path).standard
                #expect(list.contains(/claude +yes/) && list.contains(/goose +no/), "\(list)")
                let json = try await site.outputs(["launch", "--json"], server: url, extra: path).standard
                let tools = try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [[String: Any]] ?? []
                #expect(tools.filter { $0["installed"] as? Bool == true }.map { $0["tool"] as? String } == ["claude", "codex", "opencode", "aider"])
            }
        }
    }
}
