import Foundation
import SystemPackage
import TestSupport
import Testing

#if os(Linux)
    private let hasSystemd = true
#else
    private let hasSystemd = false
#endif

extension EndToEndTests {
    /// `roost service` and `roost logs` with a service manager that notes what it is told, and the unit as the real systemd reads it.
    @Suite(.serialized, .enabled(if: hasSystemd)) struct ServiceCommandTests {
        /// A machine with a `systemctl` and a `journalctl` that write their arguments to a file.
        private func withManager(_ answer: String = "exit 0", _ body: (Site, [String: String], () -> [String]) async throws -> Void) async throws {
            try await withTemporaryDirectory { root in
                let folder = root.appending("programs").string
                try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
                let notes = root.appending("notes").string
                for name in ["systemctl", "journalctl"] {
                    try Data("#!/bin/sh\necho \"\(name) $*\" >>'\(notes)'\n\(answer)\n".utf8).write(to: URL(fileURLWithPath: "\(folder)/\(name)"))
                    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: "\(folder)/\(name)")
                }
                let site = Site(root: root, hubEndpoint: "http://127.0.0.1:9", variables: Site.noEngine)
                // A port that no program has: installing looks for one that answers.
                try FileManager.default.createDirectory(atPath: site.home.string, withIntermediateDirectories: true)
                try Data(#"{"port":9}"#.utf8).write(to: URL(fileURLWithPath: site.home.appending("config.json").string))
                try await body(site, ["PATH": "\(folder):/usr/bin:/bin", "XDG_CONFIG_HOME": root.appending("config").string]) {
                    String(decoding: FileManager.default.contents(atPath: notes) ?? Data(), as: UTF8.self).split(separator: "\n").map(String.init)
                }
            }
        }

        private func unit(_ site: Site) -> String { site.root.appending("config/systemd/user/roost.service").string }

        @Test func `a service is installed, shown, and removed, and the user's files stay`() async throws {
            let answer = "case \"$*\" in *show\\ roost*) echo ActiveState=active; echo UnitFileState=enabled;; esac"
            try await withManager(answer) { site, extra, notes in
                let none = try await site.outputs(["service", "status"], extra: extra)
                #expect(none.code == 1 && none.standard.contains("There is no service"), "\(none)")
                let installed = try await site.outputs(["service", "install"], extra: extra)
                #expect(installed.code == 0 && installed.standard.contains("enable-linger"), "\(installed)")
                #expect(
                    notes().filter { !$0.contains(" show ") }.suffix(3) == [
                        "systemctl --user daemon-reload", "systemctl --user enable roost.service", "systemctl --user restart roost.service",
                    ])
                let text = try String(contentsOfFile: unit(site), encoding: .utf8)
                #expect(
                    text.contains("Environment=\"ROOST_HOME=\(site.home)\"") && text.contains("/roost\" serve\n") && !text.contains("TOKEN"),
                    "\(text)")
                let state = try await site.outputs(["service", "status", "--json"], extra: extra)
                let report = try JSONSerialization.jsonObject(with: Data(state.standard.utf8)) as? [String: Any]
                #expect(
                    state.code == 0 && report?["state"] as? String == "active" && report?["enabled"] as? Bool == true
                        && report?["installed"] as? Bool == true)
                #expect(
                    report?["scope"] as? String == "user" && report?["manager"] as? String == "systemd" && report?["file"] as? String == unit(site))
                let logs = try await site.outputs(["logs", "-n", "5", "--follow"], extra: extra)
                #expect(
                    logs.code == 0 && notes().last == "journalctl --user --user-unit roost.service --lines 5 --follow --output short-iso", "\(logs)")
                #expect(try await site.outputs(["service", "uninstall"], extra: extra).code == 0)
                #expect(!FileManager.default.fileExists(atPath: unit(site)))
                let again = try await site.outputs(["service", "uninstall"], extra: extra)
                #expect(again.code == 1 && again.errors.contains("There is no service to remove"), "\(again)")
            }
        }

        @Test func `a unit that a person wrote is neither overwritten nor removed, and wrong settings are told before`() async throws {
            try await withManager { site, extra, _ in
                let config = URL(fileURLWithPath: site.home.appending("config.json").string)
                try Data(#"{"port":"many"}"#.utf8).write(to: config)
                let wrong = try await site.outputs(["service", "install"], extra: extra)
                #expect(wrong.code == 64 && wrong.errors.contains("port") && !FileManager.default.fileExists(atPath: unit(site)), "\(wrong)")
                try Data(#"{"port":9}"#.utf8).write(to: config)
                try FileManager.default.createDirectory(atPath: site.root.appending("config/systemd/user").string, withIntermediateDirectories: true)
                try Data("[Service]\n".utf8).write(to: URL(fileURLWithPath: unit(site)))
                for words in [["install"], ["uninstall"]] {
                    let said = try await site.outputs(["service"] + words, extra: extra)
                    #expect(said.code == 1 && said.errors.contains("stays as it is"), "\(said)")
                }
                #expect(try String(contentsOfFile: unit(site), encoding: .utf8) == "[Service]\n")
            }
        }

        @Test func `paths are absolute, and an engine is named only by a person, or on PATH when config json names none`() async throws {
            try await withManager { site, extra, _ in
                func printed(_ more: [String: String], _ words: [String] = []) async throws -> String {
                    try await site.outputs(["service", "install", "--print"] + words, extra: extra.merging(more) { $1 }).standard
                }
                // An engine that `make engine` built.
                let built = site.root.appending(".cache/roost/engines/b1/bin").string
                let onPath = site.root.appending("elsewhere").string
                for folder in [built, onPath] {
                    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
                    try FileManager.default.copyItem(atPath: "/bin/true", toPath: folder + "/llama-server")
                }
                #expect(try await !printed([:]).contains("ROOST_LLAMA_SERVER"))
                let path = ["PATH": "\(onPath):/usr/bin:/bin"]
                #expect(try await printed(path).contains("ROOST_LLAMA_SERVER=\(onPath)/llama-server\""))
                let config = URL(fileURLWithPath: site.home.appending("config.json").string)
                try Data("{\"llama_server\":\"\(built)/llama-server\"}".utf8).write(to: config)
                #expect(try await !printed(path).contains("ROOST_LLAMA_SERVER"))
                let own = try await printed(["ROOST_LLAMA_SERVER": "engine/../llama-server", "HF_HOME": "./data", "ROOST_CONFIG": "c.json"])
                let here = FileManager.default.currentDirectoryPath
                for line in ["ROOST_LLAMA_SERVER=\(here)/llama-server", "HF_HOME=\(here)/data", "ROOST_CONFIG=\(here)/c.json"] {
                    #expect(own.contains("Environment=\"\(line)\"\n"), "\(line): \(own)")
                }
                let system = try await printed(["HF_HUB_CACHE": "/data/hub", "XDG_CACHE_HOME": "/data/cache"], ["--system"])
                #expect(!system.contains("/data/") && system.contains("ROOST_HOME=/var/lib/roost\""), "\(system)")
                let hidden = try await site.outputs(
                    ["service", "install", "--system"], extra: extra.merging(["ROOST_LLAMA_SERVER": "/root/llama-server"]) { $1 })
                #expect(hidden.code == 64 && hidden.errors.contains("cannot see"), "\(hidden)")
            }
        }

        @Test func `a service that does not stay is told, with the command for its log`() async throws {
            try await withManager("case \"$*\" in *show\\ roost*) echo ActiveState=failed;; esac") { site, extra, _ in
                let said = try await site.outputs(["service", "install"], extra: extra)
                #expect(
                    said.code == 1 && said.standard.isEmpty && said.errors.contains("state is failed") && said.errors.contains("`roost logs`"),
                    "\(said)")
            }
        }

        @Test func `the service of a package is shown, and none is installed beside it or beside a server on its port`() async throws {
            let other = "/usr/lib/systemd/user/roost.service"
            let answer = "case \"$*\" in *show\\ roost*) echo ActiveState=active; echo LoadState=loaded; echo FragmentPath=\(other);; esac"
            try await withManager(answer) { site, extra, _ in
                let state = try await site.outputs(["service", "status", "--system"], extra: extra)
                #expect(state.code == 0 && state.standard.contains("The service is \(other). It runs"), "\(state)")
                let refused = try await site.outputs(["service", "install"], extra: extra)
                #expect(refused.code == 1 && refused.errors.contains(other) && !FileManager.default.fileExists(atPath: unit(site)), "\(refused)")
            }
            try await withManager { site, extra, _ in
                let server = try await site.serve()
                let port = try #require(server.url.split(separator: ":").last)
                try Data("{\"port\":\(port)}".utf8).write(to: URL(fileURLWithPath: site.home.appending("config.json").string))
                let refused = try await site.outputs(["service", "install"], extra: extra)
                #expect(refused.code == 1 && refused.errors.contains("A program answers at"), "\(refused)")
                #expect(await server.stop() == 0)
            }
        }

        @Test func `without systemd a sentence says what to do, and nothing is written`() async throws {
            try await withManager("echo 'System has not been booted with systemd as init system' >&2; exit 1") { site, extra, _ in
                let said = try await site.outputs(["service", "install"], extra: extra)
                #expect(
                    said.code == 1 && said.errors.contains("has not been booted with systemd") && said.errors.contains("`roost serve`"), "\(said)")
                #expect(!FileManager.default.fileExists(atPath: unit(site)))
                let logs = try await site.outputs(["logs"], extra: extra)
                #expect(logs.code == 1 && logs.errors.contains("standard error"), "\(logs)")
                let printed = try await site.outputs(["service", "install", "--print", "--system"], extra: extra)
                #expect(
                    printed.code == 0 && printed.standard.contains("DynamicUser=yes") && printed.standard.contains("ProtectSystem=strict"),
                    "\(printed)")
            }
        }

        @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/systemd-analyze")), arguments: [[], ["--system"]])
        func `systemd finds no fault with the unit, also with a strange home`(words: [String]) async throws {
            try await withManager { site, extra, _ in
                let home = site.root.appending("a home \"of\" 50% $USER \\ x").string
                let printed = try await site.outputs(["service", "install", "--print"] + words, extra: extra.merging(["ROOST_CONFIG": home]) { $1 })
                let file = site.root.appending("roost.service").string
                try Data(printed.standard.utf8).write(to: URL(fileURLWithPath: file))
                let verified = try Command.output([
                    "/bin/sh", "-c", "/usr/bin/systemd-analyze \(words.isEmpty ? "--user" : "") --man=no verify '\(file)' 2>&1 || true",
                ])
                #expect(!verified.contains("roost.service"), "\(verified)\n\(printed.standard)")
            }
        }
    }
}
