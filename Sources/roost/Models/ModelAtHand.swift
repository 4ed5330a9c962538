import RoostAPI
import RoostClient
import RoostCore

/// Brings a model into memory, and to this machine before if needed, with its progress on standard error.
struct ModelAtHand {
    let client: RoostClient
    /// Whether the output of the command is JSON, beside which nothing else is printed.
    let json: Bool

    /// Loads a model, after a pull if it is not here.
    ///
    /// - Parameters:
    ///   - model: The model.
    ///   - typed: What the user typed, which may also name a revision to pull.
    /// - Throws: `RoostError`: the server's own, or `serverUnreachable`; `ExitCode` when the pull failed.
    func prepare(_ model: ModelReference, typed: String) async throws {
        try await pullingIfMissing(model, typed) { try await load(model) }
    }

    /// Makes sure that a model is on the server's machine, by a pull if it is not.
    ///
    /// - Parameters:
    ///   - model: The model.
    ///   - typed: What the user typed, which may also name a revision to pull.
    /// - Throws: `RoostError`: the server's own, or `serverUnreachable`; `ExitCode` when the pull failed.
    func fetch(_ model: ModelReference, typed: String) async throws {
        try await pullingIfMissing(model, typed) { _ = try await client.fit(model) }
    }

    private func pullingIfMissing(_ model: ModelReference, _ typed: String, _ use: () async throws -> Void) async throws {
        do {
            try await use()
        } catch let error as RoostError where error.code == .modelNotFound {
            let accepted: PullAccepted
            do {
                accepted = try await client.pull(PullRequest(model: typed))
            } catch let refusal as RoostError where refusal.code == .forbidden {
                throw error
            }
            if !json { Terminal.printError("\(model) is not on this machine.\(error.question) Pulling \(typed).") }
            let output: PullWatcher.Output = json ? .none : .text
            try await PullWatcher(client: client, jobID: accepted.jobID, output: output, line: Terminal.printError).watchToTheEnd()
            try await use()
        }
    }

    private func load(_ model: ModelReference) async throws {
        do {
            _ = try await ModelLoad(client: client, isQuiet: json || !Terminal.isInteractive).run(model)
        } catch let error as RoostError where error.code == .forbidden {
            // A key that may only chat: the chat loads the model.
        }
    }
}

extension RoostError {
    /// The question of the server whether another name was meant, after a space; empty without one.
    fileprivate var question: String { message.firstMatch(of: /\ Did you mean [^?]*\?/).map { String($0.0) } ?? "" }
}
