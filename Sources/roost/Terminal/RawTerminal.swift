import Dispatch
import Foundation
import Synchronization

/// The terminal in raw mode: each key is given to the chat at once, also Ctrl-C, and nothing is shown by the system. The mode of before returns
/// when it ends, when the process exits, and at a signal.
struct RawTerminal {
    private static let original = Mutex<termios?>(nil)
    /// Pasted text arrives between marks, so that its line ends are not taken for Enter.
    private static let (pasteOn, pasteOff) = ("\u{1B}[?2004h", "\u{1B}[?2004l")
    private let signals: [any DispatchSourceSignal]

    /// Begins raw mode.
    init() {
        signals = [SIGINT, SIGTERM, SIGHUP].map { number in
            // The default action would end the process before the mode is restored.
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler {
                Self.restore()
                exit(128 + number)
            }
            source.resume()
            return source
        }
        var before = termios()
        guard tcgetattr(STDIN_FILENO, &before) == 0 else { return }
        Self.original.withLock { $0 = before }
        atexit { RawTerminal.restore() }
        var raw = before
        cfmakeraw(&raw)
        // Line ends of the output stay as they are.
        raw.c_oflag = before.c_oflag
        tcsetattr(STDIN_FILENO, TCSADRAIN, &raw)
        Terminal.draw(Self.pasteOn)
    }

    /// Ends raw mode.
    func end() {
        Self.restore()
        for source in signals { source.cancel() }
    }

    private static func restore() {
        original.withLock { original in
            guard var before = original else { return }
            original = nil
            tcsetattr(STDIN_FILENO, TCSADRAIN, &before)
            // Not with `Terminal`: this also runs while the process exits because its output failed.
            _ = pasteOff.withCString { write(STDOUT_FILENO, $0, strlen($0)) }
        }
    }
}
