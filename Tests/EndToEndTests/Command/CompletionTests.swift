import Dispatch
import Foundation
import RoostAPI
import RoostClient
import SystemPackage
import TestSupport
import Testing

extension EndToEndTests {
    /// The completion scripts, in the shells themselves.
    @Suite(.serialized) struct CompletionTests {
        /// What bash offers for the last of some words.
        private func offers(_ words: [String], _ site: Site, server: String) throws -> [String] {
            let program = try TestEnvironment.roostExecutable
            let script = """
                PATH='\(program.removingLastComponent())':$PATH
                source <(roost --generate-completion-script bash)
                COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMP_LINE="$*"; COMP_POINT=${#COMP_LINE}
                function=$(complete -p roost | sed -E 's/.* -F ([^ ]+) .*/\\1/')
                "$function" roost "${COMP_WORDS[$COMP_CWORD]}" "${COMP_WORDS[$COMP_CWORD - 1]}"
                printf '%s\\n' "${COMPREPLY[@]}"
                """
            let environment = try site.environment().merging(["ROOST_SERVER": server]) { $1 }
            return try Command.output(["/bin/bash", "-c", script, "bash"] + words, environment: environment).split(separator: "\n").map(String.init)
        }

        @Test func `commands, options, models and jobs complete, and without a server nothing is offered or said`() async throws {
            try await withTemporaryDirectory { root in
                let site = Site(root: root, hubEndpoint: "http://127.0.0.1:9", variables: Site.noEngine)
                try await ChatServer.run { _, url in
                    let cases: [(words: [String], offered: [String])] = [
                        (["ru"], ["run"]), (["stop", "a/"], ["a/b:Q4_0"]), (["run", "hel"], ["helper"]),
                        (["config", "set", "max_cache"], ["max_cache_models"]), (["launch", "co"], ["codex"]),
                    ]
                    for test in cases {
                        let offered = try await offersAside(["roost"] + test.words, site, server: url)
                        #expect(offered == test.offered, "\(test.words)")
                    }
                    let none = try await offersAside(["roost", "run", "a/"], site, server: "http://127.0.0.1:9")
                    #expect(none.isEmpty)
                }
                let server = try await site.serve()
                let first = try await server.client.pull(.init(model: "no/such")).jobID
                let offered = try await offersAside(["roost", "jobs", "show", String(first.prefix(5))], site, server: server.url)
                #expect(offered == [first])
                #expect(await server.stop() == 0)
            }
        }

        private func offersAside(_ words: [String], _ site: Site, server: String) async throws -> [String] {
            try await withCheckedThrowingContinuation { ended in
                DispatchQueue.global().async { ended.resume(with: Result { try offers(words, site, server: server) }) }
            }
        }

        private static func has(_ shell: String) -> Bool { path(of: shell) != nil }

        private static func path(of shell: String) -> String? {
            ["/bin/", "/usr/bin/", "/usr/local/bin/", "/opt/homebrew/bin/"].map { $0 + shell }.first(where: FileManager.default.isExecutableFile)
        }

        /// Types the begin of a line and Tab into a shell on a terminal, for each case, and expects the completed line.
        private func expectCompletions(in shell: String, options: String, setup: String) async throws {
            try await withTemporaryDirectory { root in
                let site = Site(root: root, hubEndpoint: "http://127.0.0.1:9", variables: Site.noEngine)
                let script = root.appending("_roost").string
                try Data(try await site.outputs(["--generate-completion-script", shell]).standard.utf8).write(to: URL(fileURLWithPath: script))
                let server = try await site.serve()
                let job = try await server.client.pull(.init(model: "no/such")).jobID
                try await ChatServer.run { _, url in
                    let cases = [
                        ("roost stop a/", "roost stop a/b:Q4_0", url), ("roost run hel", "roost run helper", url),
                        ("roost config set max_cache", "roost config set max_cache_models", url),
                        ("roost jobs show \(job.prefix(6))", "roost jobs show \(job)", server.url),
                    ]
                    let path = try #require(Self.path(of: shell))
                    let folder = try TestEnvironment.roostExecutable.removingLastComponent()
                    for (typed, completed, address) in cases {
                        var steps: [TerminalStep] = [.columns(120), .typing("\(setup); echo re''ady\r"), .awaiting("ready")]
                        // The completed line as the words of another command, which prints them in one piece.
                        steps += [.typing(typed), .typing("\t"), .typing("\u{1}echo @\r"), .awaiting("@\(completed)"), .typing("exit\r")]
                        let (code, shown) = try await site.onTerminal(
                            through: ["/bin/sh", "-c", "PATH='\(folder)':$PATH; cd '\(root)'; exec '\(path)' \(options)"], server: address, steps)
                        #expect(code == 0, "\(typed): \(shown.debugDescription)")
                    }
                }
                #expect(await server.stop() == 0)
            }
        }

        @Test(.enabled(if: has("zsh"), "zsh is not installed; scripts/system-packages installs it"))
        func `zsh completes models, aliases, settings and jobs`() async throws {
            try await expectCompletions(in: "zsh", options: "-f -i", setup: "fpath=($PWD $fpath); autoload -Uz compinit; compinit -u -D")
        }

        @Test(.enabled(if: has("fish"), "fish is not installed; scripts/system-packages installs it"))
        func `fish completes models, aliases, settings and jobs`() async throws {
            try await expectCompletions(in: "fish", options: "--no-config -i", setup: "source _roost")
        }

        @Test(arguments: ["bash", "zsh", "fish"]) func `there is a script for each shell`(shell: String) async throws {
            try await withTemporaryDirectory { root in
                let said = try await Site(root: root, hubEndpoint: "http://127.0.0.1:9", variables: Site.noEngine)
                    .outputs(["--generate-completion-script", shell])
                #expect(said.code == 0 && said.standard.count > 1000 && said.standard.contains("launch"), "\(said.errors)")
            }
        }
    }
}
