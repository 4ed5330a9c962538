import Foundation
import NIOCore
import NIOPosix
import SystemPackage
import TestSupport
import Testing

@testable import Engines

#if os(Linux)
    /// What a command behind the guard may use.
    @Suite(.enabled(if: Landlock.version > 0, "this kernel cannot confine processes")) struct EngineSandboxTests {
        /// Runs a shell command in a sandbox and returns the first line of its output.
        private func run(_ script: String, readable: [FilePath] = [], writable: [FilePath] = [], sockets: FilePath? = nil) async throws -> String {
            let sandbox = EngineSandbox(
                executable: "/bin/bash", model: readable, writable: writable, sockets: sockets ?? "/nonexistent", environment: [:])
            let command = try GuardedCommand(["/bin/bash", "-c", script], options: sandbox.arguments)
            let line = command.line()
            _ = await command.exitStatus()
            return line
        }

        @Test func `a command reads its model and no other file of the user`() async throws {
            try await withTemporaryDirectory { root in
                try Data("weights\n".utf8).write(to: URL(fileURLWithPath: root.appending("model.gguf").string))
                try Data("secret\n".utf8).write(to: URL(fileURLWithPath: root.appending("token").string))
                let model = root.appending("model.gguf")
                #expect(try await run("cat \(model)", readable: [model]) == "weights")
                #expect(try await run("cat \(root)/token 2>&1 >/dev/null || echo refused", readable: [model]).hasSuffix("Permission denied"))
                #expect(try await run("ls \(root) >/dev/null 2>&1 || echo refused", readable: [model]) == "refused")
                #expect(try await run("echo x 2>/dev/null >> \(model) || echo refused", readable: [model]) == "refused")
                #expect(try String(contentsOfFile: model.string, encoding: .utf8) == "weights\n")
            }
        }

        @Test func `a link's target is readable`() async throws {
            try await withTemporaryDirectory { root in
                let (blobs, snapshot) = (root.appending("blobs"), root.appending("snapshot"))
                for folder in [blobs, snapshot] {
                    try FileManager.default.createDirectory(atPath: folder.string, withIntermediateDirectories: true)
                }
                try Data("weights\n".utf8).write(to: URL(fileURLWithPath: blobs.appending("abc").string))
                let link = snapshot.appending("model.gguf")
                try FileManager.default.createSymbolicLink(atPath: link.string, withDestinationPath: "../blobs/abc")
                #expect(try await run("cat \(link)", readable: [snapshot, link]) == "weights")
            }
        }

        @Test func `a command writes to its own folder only, and makes sockets where it may`() async throws {
            try await withTemporaryDirectory { root in
                let (own, sockets) = (root.appending("own"), root.appending("sockets"))
                for folder in [own, sockets] {
                    try FileManager.default.createDirectory(atPath: folder.string, withIntermediateDirectories: true)
                }
                #expect(try await run("echo x > \(own)/file && rm \(own)/file && echo done", writable: [own]) == "done")
                #expect(try await run("echo x 2>/dev/null > \(root)/file || echo refused", writable: [own]) == "refused")
                #expect(try await run("echo x 2>/dev/null > \(sockets)/file || echo refused", sockets: sockets) == "refused")
                #expect(try await run("echo x 2>/dev/null > /tmp/roost-sandbox-test || echo refused") == "refused")
            }
        }

        @Test func `a command reaches no server over TCP`() async throws {
            let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton).bind(host: "127.0.0.1", port: 0).get()
            let port = try #require(server.localAddress?.port)
            let script = "exec 3<>/dev/tcp/127.0.0.1/\(port) && echo connected || echo refused"
            #expect(try await run("(\(script)) 2>/dev/null || echo refused") == "refused")
            // The same script without a sandbox, to show that the server can be reached.
            let open = try GuardedCommand(["/bin/bash", "-c", script])
            #expect(open.line() == "connected")
            _ = await open.exitStatus()
            try await server.close()
        }

        @Test func `a command cannot read the environment of other processes, nor signal them`() async throws {
            let pid = ProcessInfo.processInfo.processIdentifier
            #expect(try await run("cat /proc/\(pid)/environ >/dev/null 2>&1 || echo refused") == "refused")
            if Landlock.version >= 6 { #expect(try await run("kill -0 \(pid) 2>/dev/null || echo refused") == "refused") }
        }
    }
#endif
