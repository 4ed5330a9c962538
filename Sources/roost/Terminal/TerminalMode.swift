import Foundation
import Synchronization

/// How the terminal treats what is typed while the chat runs. The mode of before returns when the process exits.
enum TerminalMode {
    /// Each key is given to the editor at once, also Ctrl-C.
    case editing
    /// Keys are kept for later and not shown, and Ctrl-C is a signal.
    case answering

    private static let original = Mutex<termios?>(nil)
    /// Pasted text arrives between marks, so that its line ends are not taken for Enter.
    private static let (pasteOn, pasteOff) = ("\u{1B}[?2004h", "\u{1B}[?2004l")

    /// Changes the mode of the terminal at standard input.
    static func enter(_ mode: TerminalMode) {
        let before = original.withLock { original -> termios? in
            if original == nil {
                var current = termios()
                guard tcgetattr(STDIN_FILENO, &current) == 0 else { return nil }
                original = current
                atexit { TerminalMode.leave() }
            }
            return original
        }
        guard let before else { return }
        var raw = before
        cfmakeraw(&raw)
        raw.c_oflag = before.c_oflag
        if case .answering = mode { raw.c_lflag |= tcflag_t(ISIG) }
        tcsetattr(STDIN_FILENO, TCSADRAIN, &raw)
        if case .editing = mode { Terminal.draw(pasteOn) }
    }

    /// Restores the mode of before.
    static func leave() {
        original.withLock { original in
            guard var before = original else { return }
            original = nil
            tcsetattr(STDIN_FILENO, TCSADRAIN, &before)
            // Not with `Terminal`: this also runs while the process exits because its output failed.
            _ = pasteOff.withCString { write(STDOUT_FILENO, $0, strlen($0)) }
        }
    }
}
