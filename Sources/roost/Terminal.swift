import Foundation

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// What the commands know about where they print.
enum Terminal {
    /// Whether standard error is a terminal, so that a line may be drawn again and again.
    static var isInteractive: Bool { isatty(STDERR_FILENO) == 1 && ProcessInfo.processInfo.environment["TERM"] != "dumb" }

    /// Whether standard output is a terminal.
    static var hasTerminalOutput: Bool { isatty(STDOUT_FILENO) == 1 }

    /// The number of columns; 80 when unknown.
    static var columns: Int {
        var size = winsize()
        guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return Int(size.ws_col)
    }

    /// Writes to standard output at once, without a line end.
    static func write(_ text: String) { FileHandle.standardOutput.write(Data(text.utf8)) }

    /// Writes a line to standard error.
    static func printError(_ line: String) { FileHandle.standardError.write(Data((line + "\n").utf8)) }

    /// Draws a line over the last one on standard error.
    static func redraw(_ line: String) { FileHandle.standardError.write(Data(("\r\u{1B}[2K" + line).utf8)) }
}
