import Foundation
import SystemPackage

/// The outputs of a command.
enum Terminal {
    /// Whether both outputs are a terminal, so that lines can be redrawn.
    static var isInteractive: Bool { isatty(STDERR_FILENO) == 1 && hasTerminalOutput && ProcessInfo.processInfo.environment["TERM"] != "dumb" }

    /// Whether standard output is a terminal.
    static var hasTerminalOutput: Bool { isatty(STDOUT_FILENO) == 1 }

    /// Whether standard input is a terminal, so that the chat is interactive.
    static var hasTerminalInput: Bool { isatty(STDIN_FILENO) == 1 }

    /// The number of columns of the terminal; 80 when unknown.
    static var columns: Int {
        var size = winsize()
        for output in [STDOUT_FILENO, STDERR_FILENO] where ioctl(output, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0 {
            return Int(size.ws_col)
        }
        return 80
    }

    /// Writes to standard output at once, without a line end.
    static func write(_ text: String) { write(text, to: .standardOutput) }

    /// Writes to standard error at once, without a line end.
    static func writeError(_ text: String) { write(text, to: .standardError) }

    /// Writes a line to standard output.
    static func print(_ line: some CustomStringConvertible) { write("\(line)\n") }

    /// Writes a line to standard error.
    static func printError(_ line: String) { write(line + "\n", to: .standardError) }

    /// Draws lines over the previous ones on standard error; the cursor stays in the last of them.
    ///
    /// - Parameters:
    ///   - lines: At least one.
    ///   - count: The number of lines drawn last.
    static func redraw(_ lines: [String], over count: Int) {
        let up = count > 1 ? "\u{1B}[\(count - 1)A" : ""
        write("\r\(up)\u{1B}[J" + lines.joined(separator: "\n"), to: .standardError)
    }

    /// Writes text. A closed pipe (`| head`) ends the command without a message, a full disk with one.
    private static func write(_ text: String, to descriptor: FileDescriptor) {
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
