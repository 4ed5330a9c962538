import Dispatch
import Foundation
import RoostCore
import Synchronization

/// Ctrl-C during an answer of an interactive chat, which stops the answer and not the command. Another signal, and one at another time,
/// restores the terminal and ends the command.
struct AnswerStop {
    /// Stops the answer that is being given; `nil` while there is none.
    private static let current = Mutex<WakeSignal?>(nil)
    private let sources: [any DispatchSourceSignal]

    /// Begins to handle signals.
    init() {
        sources = [SIGINT, SIGTERM, SIGHUP].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler {
                if number == SIGINT, let answer = Self.current.withLock(\.self) { return answer.signal() }
                TerminalMode.leave()
                exit(128 + number)
            }
            source.resume()
            return source
        }
    }

    /// Does some work until Ctrl-C.
    ///
    /// - Parameter work: The work; it is cancelled at Ctrl-C.
    /// - Returns: Whether it was done to its end.
    /// - Throws: The errors of `work`.
    func during(_ work: @escaping @Sendable () async throws -> Void) async throws -> Bool {
        let stop = WakeSignal()
        Self.current.withLock { $0 = stop }
        defer { Self.current.withLock { $0 = nil } }
        return try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask {
                try await work()
                return true
            }
            group.addTask {
                await stop.next()
                return false
            }
            defer { group.cancelAll() }
            return try await group.next() ?? false
        }
    }
}
