import Foundation

/// The implementation of `roost engine-guard`: runs a command and ensures that it does not outlive Roost.
///
/// Standard input is a pipe that Roost holds open. When it closes, Roost has ended, possibly by SIGKILL. The command
/// then receives SIGKILL. SIGTERM, SIGINT and SIGHUP to the guard have the same effect. An engine keeps nothing that it
/// would have to write at its end, and its own end after SIGTERM needs more than a tenth of a second, for which another
/// engine may wait. If the guard itself is killed, Linux kills the command; on other systems the next start of Roost does
/// so, using the guard's note. The command's standard input is empty, and its files are private (umask 077).
package enum EngineGuard {
    /// The beginning of the first line on standard error, which is followed by the command's process id.
    static let announcement = "roost-engine-guard: pid "
    /// The beginning of a line with the reason why the command could not be started.
    static let complaint = "roost-engine-guard: cannot start "

    /// Runs a command until it ends. Call it on the main thread of a process that does nothing else.
    ///
    /// - Parameters:
    ///   - command: The executable, as a path or a name, and its arguments.
    ///   - note: The file that contains the command's process id while it runs; `nil` for none.
    ///   - verb: The arguments with which `roost` calls `become(_:childOf:)`, before the guard's process id, `--` and
    ///     the command.
    /// - Returns: The command's exit status; 128 + number if a signal ended it; 127 if it could not be started; 64 if
    ///   there is no command.
    package static func run(_ command: [String], note: String?, becomingBy verb: [String]) -> Int32 {
        guard !command.isEmpty else {
            report("roost-engine-guard: no command was given")
            return 64
        }
        // Before any thread exists, so that all threads inherit the mask and only `sigwait` receives these signals.
        var stopSignals = stopSignals()
        pthread_sigmask(SIG_BLOCK, &stopSignals, nil)
        umask(0o077)
        refuseCoreFiles()
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0, ends.allSatisfy({ fcntl($0, F_SETFD, FD_CLOEXEC) == 0 }) else {
            report("roost-engine-guard: no pipe: \(String(cString: strerror(errno)))")
            return 71
        }
        let child: pid_t
        switch spawn(indirect(command, by: verb)) {
        case .success(let pid): child = pid
        case .failure(let error):
            report("\(complaint)\(command[0]): \(String(cString: strerror(error.number)))")
            return 127
        }
        // The note is written before the process id is announced. If it cannot be written, the command runs anyway, but
        // the next start of Roost cannot find it.
        if let note { try? Data("\(child)\n".utf8).write(to: URL(fileURLWithPath: note)) }
        defer { if let note { unlink(note) } }
        report("\(announcement)\(child)")
        let news = ends[1]
        Thread.detachNewThread { waitForSignals(news) }
        Thread.detachNewThread { waitForEnd(of: child, news) }
        return watch(child, news: ends[0])
    }

    /// Waits for the command to end, and stops it on request.
    private static func watch(_ child: pid_t, news: Int32) -> Int32 {
        var watched = [
            pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0), pollfd(fd: news, events: Int16(POLLIN), revents: 0),
        ]
        while true {
            guard poll(&watched, 2, -1) > 0 else { continue }
            if watched[1].revents != 0 {
                if readByte(news) == ended { return status(of: child) }
                kill(child, SIGKILL)
            }
            if watched[0].revents != 0, readByte(STDIN_FILENO) == nil {
                watched[0].fd = -1
                kill(child, SIGKILL)
            }
        }
    }

    /// Reaps the command after its end and returns its status.
    private static func status(of child: pid_t) -> Int32 {
        var status: Int32 = 0
        while waitpid(child, &status, 0) == -1, errno == EINTR {}
        let signal = status & 0x7F
        return signal == 0 ? (status >> 8) & 0xFF : 128 + signal
    }
}

extension EngineGuard {
    private static let ended = UInt8(ascii: "e")
    private static let stopWanted = UInt8(ascii: "s")

    private static func stopSignals() -> sigset_t {
        var set = sigset_t()
        sigemptyset(&set)
        for signal in [SIGTERM, SIGINT, SIGHUP] { sigaddset(&set, signal) }
        return set
    }

    private static func waitForSignals(_ news: Int32) {
        var set = stopSignals()
        var signal: Int32 = 0
        while sigwait(&set, &signal) == 0 { send(stopWanted, news) }
    }

    /// Waits for the end without reaping: the process id remains reserved until `watch` is informed, so that a late
    /// signal cannot reach another process.
    private static func waitForEnd(of child: pid_t, _ news: Int32) {
        var info = siginfo_t()
        while waitid(P_PID, id_t(child), &info, WEXITED | WNOWAIT) == -1, errno == EINTR {}
        send(ended, news)
    }

    private static func send(_ byte: UInt8, _ descriptor: Int32) {
        var byte = byte
        while write(descriptor, &byte, 1) == -1, errno == EINTR {}
    }

    private static func readByte(_ descriptor: Int32) -> UInt8? {
        var byte: UInt8 = 0
        while true {
            let count = read(descriptor, &byte, 1)
            if count == 1 { return byte }
            if count == 0 || errno != EINTR { return nil }
        }
    }

    static func report(_ line: String) {
        FileHandle.standardError.write(Data((line + "\n").utf8))
    }
}
