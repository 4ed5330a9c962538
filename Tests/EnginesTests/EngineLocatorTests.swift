import Foundation
import RoostCore
import SystemPackage
import TestSupport
import Testing

@testable import Engines

@Suite("Finding llama-server")
struct EngineLocatorTests {
    private func script(_ name: String, in directory: borrowing TemporaryDirectory, _ text: String = "exit 0") throws -> FilePath {
        let path = try directory.write(name, "#!/bin/sh\n\(text)\n".utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path.string)
        return path
    }

    @Test("The explicit path wins over PATH, PATH over what Roost built, the newest build over older ones")
    func order() throws {
        let directory = try TemporaryDirectory()
        let explicit = try script("mine/engine", in: directory)
        let onPath = try script("bin/llama-server", in: directory)
        _ = try script("cache/roost/engines/llama-9000/bin/llama-server", in: directory)
        let newest = try script("cache/roost/engines/llama-11434/bin/llama-server", in: directory)
        var environment = ["XDG_CACHE_HOME": directory.path.appending("cache").string]
        #expect(try EngineLocator.locate(environment: environment) == newest)
        environment["PATH"] = "relative:\(directory.path.appending("none")):\(onPath.removingLastComponent())"
        #expect(try EngineLocator.locate(environment: environment) == onPath)
        environment["ROOST_LLAMA_SERVER"] = explicit.string
        #expect(try EngineLocator.locate(environment: environment) == explicit)
    }

    @Test("The engine of a package is found beside a link to its command, and one that was built here wins over it")
    func package() throws {
        let directory = try TemporaryDirectory()
        let command = try script("opt/roost-1.0/bin/roost", in: directory)
        _ = try script("opt/roost-1.0/lib/roost/engine/bin/llama-server", in: directory)
        let link = directory.path.appending("roost")
        try FileManager.default.createSymbolicLink(atPath: link.string, withDestinationPath: command.string)
        let environment = ["XDG_CACHE_HOME": directory.path.appending("cache").string]
        let found = try EngineLocator.locate(environment: environment, command: link.string)
        #expect(found.string.hasSuffix("/opt/roost-1.0/lib/roost/engine/bin/llama-server"))
        let built = try script("cache/roost/engines/llama-9000/bin/llama-server", in: directory)
        #expect(try EngineLocator.locate(environment: environment, command: link.string) == built)
    }

    @Test("A wrong explicit path, a file that cannot be executed and an empty machine are answered with the way to get an engine")
    func missing() throws {
        let directory = try TemporaryDirectory()
        _ = try script("bin/llama-server", in: directory)
        try directory.write("plain/llama-server", "text".utf8)
        let environments = [
            ["ROOST_LLAMA_SERVER": "/nowhere/llama-server", "PATH": directory.path.appending("bin").string],
            ["PATH": directory.path.appending("plain").string, "HOME": directory.path.string], [:],
        ]
        for environment in environments {
            #expect {
                _ = try EngineLocator.locate(environment: environment)
            } throws: { error in
                guard let error = error as? RoostError else { return false }
                return error.code == .engineMissing && error.message.contains("make engine") && error.message.contains("ROOST_LLAMA_SERVER")
            }
        }
    }

    @Test("The build number is read from both forms of the version line")
    func versionForms() {
        #expect(EngineVersion(parsing: "version: 0.5.1 (build 11434, commit abc)\nbuilt with GNU 12")?.build == 11434)
        #expect(EngineVersion(parsing: "noise\nversion: 6012 (1a2b3c4d)\nbuilt with Clang")?.build == 6012)
        #expect(EngineVersion(parsing: "version: 0.5.1 (build 0, commit unknown)")?.build == nil)
        #expect(EngineVersion(parsing: "llamas are camelids") == nil)
    }

    @Test("A real llama-server says its version")
    func realVersion() async throws {
        let version = try await EngineLocator.version(of: TestEnvironment.llamaServer)
        #expect(!version.description.isEmpty)
        if let build = version.build { #expect(build >= EngineLocator.minimumBuild) }
    }

    @Test("A program that is no llama-server is refused")
    func notLlamaServer() async throws {
        let directory = try TemporaryDirectory()
        let impostor = try script("llama-server", in: directory, "echo hello")
        await #expect {
            _ = try await EngineLocator.version(of: impostor)
        } throws: {
            ($0 as? RoostError)?.code == .engineMissing
        }
    }
}
