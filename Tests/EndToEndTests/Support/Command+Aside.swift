import Dispatch

extension Command {
    /// Runs a command to its end beside what the test does meanwhile.
    ///
    /// - Returns: What it printed on standard output.
    /// - Throws: `Failed` when it exits with another status than 0.
    static func outputAside(_ words: [String], environment: [String: String]? = nil) async throws -> String {
        try await withCheckedThrowingContinuation { ended in
            // A thread of its own: those of Swift's tasks are as few as the processors, and the hub needs them.
            DispatchQueue.global().async { ended.resume(with: Result { try output(words, environment: environment) }) }
        }
    }
}
