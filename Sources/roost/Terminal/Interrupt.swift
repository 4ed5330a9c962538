import Dispatch
import Foundation

/// Ends the command at Ctrl-C with a word to the person, and exit code 130.
struct Interrupt {
    private let source: any DispatchSourceSignal

    /// Begins to listen.
    ///
    /// - Parameter farewell: The sentence to print; `nil` for none.
    init(_ farewell: @escaping @Sendable () -> String?) {
        // The default action would end the process before anything could be said.
        signal(SIGINT, SIG_IGN)
        source = DispatchSource.makeSignalSource(signal: SIGINT, queue: .global())
        source.setEventHandler {
            Terminal.printError("\n" + (farewell() ?? ""))
            exit(130)
        }
        source.resume()
    }

    /// Gives Ctrl-C its usual meaning back.
    func cancel() {
        source.cancel()
        signal(SIGINT, SIG_DFL)
    }
}
