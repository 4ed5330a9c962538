import Foundation
import Interaction
import SystemPackage

/// The outputs of a command. What is written to a terminal is made harmless first: models, files and servers may send escape sequences.
enum Terminal {
    /// Whether both outputs are a terminal, so that lines can be redrawn.
    static var isInteractive: Bool { hasTerminalErrors && hasTerminalOutput && isCapable }

    /// Whether standard output is a terminal.
    static let hasTerminalOutput = isatty(STDOUT_FILENO) == 1

    /// Whether standard error is a terminal.
    static let hasTerminalErrors = isatty(STDERR_FILENO) == 1

    /// Whether standard input is a terminal, so that the chat is interactive.
    static let hasTerminalInput = isatty(STDIN_FILENO) == 1

    /// Whether the terminal understands escape sequences.
    static var isCapable: Bool { ProcessInfo.processInfo.environment["TERM"] != "dumb" }

    /// Whether colours are wanted (https://no-color.org).
    private static var wantsColor: Bool { isCapable && (ProcessInfo.processInfo.environment["NO_COLOR"] ?? "").isEmpty }

    /// The number of columns of the terminal; 80 when unknown.
    static var columns: Int {
        var size = winsize()
        for output in [STDOUT_FILENO, STDERR_FILENO] where ioctl(output, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0 {
            return Int(size.ws_col)
        }
        return 80
    }

    /// Writes to standard output at once, without a line end.
    static func write(_ text: String, in style: TextStyle = .plain) {
        let isColored = hasTerminalOutput && wantsColor
        send(hasTerminalOutput ? style.applied(to: text.harmless, if: isColored) : text, to: .standardOutput)
    }

    /// Writes to standard error at once, without a line end.
    static func writeError(_ text: String, in style: TextStyle = .plain) {
        let isColored = hasTerminalErrors && wantsColor
        send(hasTerminalErrors ? style.applied(to: text.harmless, if: isColored) : text, to: .standardError)
    }

    /// Writes a line to standard output.
    static func print(_ line: some CustomStringConvertible) { write("\(line)\n") }

    /// Writes a line to standard error.
    static func printError(_ line: String) { writeError(line + "\n") }

    /// Writes the reason why a command failed to standard error.
    static func printFailure(_ sentence: String) {
        writeError("roost:", in: .red)
        writeError(" \(sentence)\n")
    }

    /// Writes escape sequences of the command's own, and text that is harmless already, to standard output.
    static func draw(_ text: String) { send(text, to: .standardOutput) }

    /// Draws lines over the previous ones on standard error; the cursor stays in the last of them.
    ///
    /// - Parameters:
    ///   - lines: At least one.
    ///   - count: The number of lines drawn last.
    static func redraw(_ lines: [String], over count: Int) {
        let up = count > 1 ? "\u{1B}[\(count - 1)A" : ""
        send("\r\(up)\u{1B}[J" + lines.map(\.harmless).joined(separator: "\n"), to: .standardError)
    }

    /// Writes text. A closed pipe (`| head`) ends the command without a message, a full disk with one.
    private static func send(_ text: String, to descriptor: FileDescriptor) {
        do {
            try descriptor.writeAll(Array(text.utf8))
        } catch Errno.brokenPipe {
            exit(141)
        } catch {
            if descriptor == .standardOutput { printError("roost: the output cannot be written: \(error)") }
            exit(1)
        }
    }
}
