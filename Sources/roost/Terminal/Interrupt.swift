import Dispatch
import Foundation

/// Ends the command at Ctrl-C with a message and exit code 130.
struct Interrupt {
    private let source: any DispatchSourceSignal

    /// Begins to handle Ctrl-C.
    ///
    /// - Parameter farewell: The message; `nil` for none.
    init(_ farewell: @escaping @Sendable () -> String?) {
        // The default action would end the process before the message is printed.
        signal(SIGINT, SIG_IGN)
        source = DispatchSource.makeSignalSource(signal: SIGINT, queue: .global())
        source.setEventHandler {
            Terminal.printError("\n" + (farewell() ?? ""))
            exit(130)
        }
        source.resume()
    }

    /// Restores the default action of Ctrl-C.
    func cancel() {
        source.cancel()
        signal(SIGINT, SIG_DFL)
    }
}
