import Foundation
import SystemPackage
import TestSupport
import Testing

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

@Suite("The guard that keeps engines from outliving Roost")
struct EngineGuardTests {
    @Test("When standard input closes, the command is ended")
    func endOfInput() async throws {
        let guarded = try GuardedCommand(["/bin/sleep", "600"])
        let pid = try #require(guarded.commandPID())
        #expect(isAlive(pid))
        try guarded.closeInput()
        #expect(await guarded.exitStatus() == 128 + SIGKILL)
        #expect(!isAlive(pid))
    }

    @Test("A signal to the guard ends the command", arguments: [SIGTERM, SIGINT, SIGHUP])
    func signals(signal: Int32) async throws {
        let guarded = try GuardedCommand(["/bin/sleep", "600"])
        let pid = try #require(guarded.commandPID())
        guarded.send(signal)
        #expect(await guarded.exitStatus() == 128 + SIGKILL)
        #expect(!isAlive(pid))
    }

    @Test("A command that was stopped is ended too")
    func stopped() async throws {
        let guarded = try GuardedCommand(["/bin/sh", "-c", "kill -STOP $$; echo never"])
        let pid = try #require(guarded.commandPID())
        while try Self.state(of: pid) != "T" { await Task.yield() }
        try guarded.closeInput()
        #expect(await guarded.exitStatus() == 128 + SIGKILL)
        #expect(!isAlive(pid))
    }

    private static func state(of pid: Int32) throws -> String {
        let (process, output) = (Process(), Pipe())
        process.executableURL = URL(fileURLWithPath: "/bin/ps")
        process.arguments = ["-o", "state=", "-p", "\(pid)"]
        process.standardOutput = output
        try process.run()
        process.waitUntilExit()
        return String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self).prefix(1).description
    }

    @Test("A command that ignores SIGTERM is ended at once")
    func stubborn() async throws {
        let guarded = try GuardedCommand(["/bin/sh", "-c", "trap '' TERM; echo armed; while :; do sleep 1; done"])
        let pid = try #require(guarded.commandPID())
        #expect(guarded.line() == "armed")
        try guarded.closeInput()
        #expect(await guarded.exitStatus() == 128 + SIGKILL)
        #expect(!isAlive(pid))
    }

    @Test(
        "The command's own end passes through",
        arguments: [("exit 0", 0), ("exit 37", 37), ("kill -9 $$", 137), ("kill -6 $$", 134)] as [(String, Int32)])
    func exitStatus(script: String, status: Int32) async throws {
        let guarded = try GuardedCommand(["/bin/sh", "-c", script])
        #expect(await guarded.exitStatus() == status)
    }

    @Test("The command has an empty standard input, private files, and Roost's arguments untouched")
    func surroundings() async throws {
        let guarded = try GuardedCommand(["/bin/sh", "-c", "cat | wc -c; umask; echo \"$1\"", "sh", "-- --odd argument"])
        _ = guarded.commandPID()
        #expect(guarded.line().trimmingCharacters(in: .whitespaces) == "0")
        #expect(guarded.line().hasSuffix("077"))
        #expect(guarded.line() == "-- --odd argument")
        #expect(await guarded.exitStatus() == 0)
    }

    @Test("A command that is not there is reported with status 127")
    func missing() async throws {
        let guarded = try GuardedCommand(["/nowhere/llama-server"])
        // Where the guard starts itself in the command's place, that has a process id.
        let lines = [guarded.errorLine(), guarded.errorLine()]
        #expect(lines.contains("roost-engine-guard: cannot start /nowhere/llama-server: No such file or directory"), "\(lines)")
        #expect(await guarded.exitStatus() == 127)
    }

    @Test("The system may write no copy of the command's memory")
    func coreFiles() async throws {
        let guarded = try GuardedCommand(["/bin/sh", "-c", "ulimit -Hc"])
        #expect(guarded.line() == "0")
        #expect(await guarded.exitStatus() == 0)
    }

    #if os(Linux)
        @Test("When the guard itself is killed, the command ends at once")
        func killedGuard() async throws {
            let guarded = try GuardedCommand(["/bin/sh", "-c", "trap '' TERM; echo armed; while :; do sleep 1; done"])
            let pid = try #require(guarded.commandPID())
            #expect(guarded.line() == "armed")
            guarded.send(SIGKILL)
            #expect(await guarded.exitStatus() == SIGKILL)
            while isAlive(pid) { await Task.yield() }
        }
    #endif

    @Test("A note holds the command's process id while it runs")
    func note() async throws {
        let directory = try TemporaryDirectory()
        let note = directory.path.appending("command.pid")
        let guarded = try GuardedCommand(["/bin/sleep", "600"], options: ["--note", note.string])
        let pid = try #require(guarded.commandPID())
        #expect(try String(contentsOfFile: note.string, encoding: .utf8) == "\(pid)\n")
        try guarded.closeInput()
        #expect(await guarded.exitStatus() == 128 + SIGKILL)
        #expect(!FileManager.default.fileExists(atPath: note.string))
    }
}
