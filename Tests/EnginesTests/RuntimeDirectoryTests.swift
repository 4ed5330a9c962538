import Foundation
import SystemPackage
import TestSupport
import Testing

@testable import Engines

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

@Suite("The folder of the engines' sockets")
struct RuntimeDirectoryTests {
    private func mode(_ path: FilePath) throws -> Int {
        let attributes = try FileManager.default.attributesOfItem(atPath: path.string)
        return (attributes[.posixPermissions] as? NSNumber)?.intValue ?? 0
    }

    private func refusal(_ path: FilePath) throws -> String {
        let error = #expect(throws: (any Error).self) { try RuntimeDirectory(path: path).prepare() }
        return "\(try #require(error))"
    }

    @Test("It is made private, and one that others could only read is made so")
    func made() throws {
        let root = try TemporaryDirectory()
        let path = root.path.appending("run")
        try RuntimeDirectory(path: path).prepare()
        #expect(try mode(path) == 0o700)
        chmod(path.string, 0o755)
        try RuntimeDirectory(path: path).prepare()
        #expect(try mode(path) == 0o700)
    }

    @Test("A link, a file, and a folder that others write to are not used, and what a link names is left alone")
    func planted() throws {
        let root = try TemporaryDirectory()
        let (link, target) = (root.path.appending("link"), root.path.appending("target"))
        try FileManager.default.createDirectory(atPath: target.string, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o755])
        try FileManager.default.createSymbolicLink(atPath: link.string, withDestinationPath: target.string)
        #expect(try refusal(link).contains("is not a folder that Roost can use"))
        #expect(try mode(target) == 0o755)
        let file = try root.write("file", [1])
        #expect(try refusal(file).contains("is not a folder that Roost can use"))
        chmod(target.string, 0o777)
        #expect(try refusal(target).contains("can be written to by others"))
    }

    @Test("A folder of another user is not used", .enabled(if: geteuid() == 0, "only root can make one"))
    func foreign() throws {
        let root = try TemporaryDirectory()
        let path = root.path.appending("run")
        try RuntimeDirectory(path: path).prepare()
        #expect(chown(path.string, 12_345, 12_345) == 0)
        #expect(try refusal(path).contains("belongs to another user"))
    }

    @Test("An engine that was left behind is ended by its note; a stranger with a noted process id is not")
    func sweep() async throws {
        let root = try TemporaryDirectory()
        let directory = RuntimeDirectory(path: root.path.appending("run"))
        try directory.prepare()
        let (ours, theirs) = (directory.path.appending("7-1.sock"), directory.path.appending("7-2.sock"))
        let engine = try GuardedCommand(["/bin/sh", "-c", "while :; do sleep 1; done", "sh", "--host", ours.string])
        let stranger = try GuardedCommand(["/bin/sh", "-c", "while :; do sleep 1; done", "sh", "--host", "/other/7-2.sock"])
        let (pid, other) = (try #require(engine.commandPID()), try #require(stranger.commandPID()))
        for (socket, pid) in [(ours, pid), (theirs, other)] {
            try Data().write(to: URL(fileURLWithPath: socket.string))
            try Data("\(pid)\n".utf8).write(to: URL(fileURLWithPath: RuntimeDirectory.note(for: socket).string))
        }
        #expect(directory.sweep() == [pid])
        #expect(await engine.exitStatus() == 128 + SIGKILL)
        #expect(isAlive(other))
        #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path.string) == [])
        stranger.send(SIGTERM)
        #expect(await stranger.exitStatus() == 128 + SIGKILL)
    }
}
