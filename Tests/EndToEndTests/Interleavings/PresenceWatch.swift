import HubClient
import RoostCore
import Synchronization

/// Repeatedly reads the number of bytes of each file in a cache from the journals. It must never decrease, whichever process is killed, unless a
/// clean-up has removed files that no process was using.
final class PresenceWatch: Sendable {
    private struct State {
        var most: [String: Int64] = [:]
        /// Clean-ups begun and not ended.
        var cleanUps = 0
        /// Changes with each clean-up's beginning and end.
        var epoch = 0
        var problems: [String] = []
    }

    private let hub: HubClient
    private let contents: [(revision: ResolvedRevision, files: [RepositoryFile])]
    private let state = Mutex(State())

    init(_ hub: HubClient, _ contents: [(revision: ResolvedRevision, files: [RepositoryFile])]) {
        self.hub = hub
        self.contents = contents
    }

    var problems: [String] { state.withLock { $0.problems } }

    /// Looks once. A journal is read while it is written, and a file while it gets its name: a fall counts when it stays.
    func look() {
        let epoch = state.withLock { $0.epoch }
        for (revision, files) in contents {
            for file in files {
                let name = "\(revision.repository)/\(file.path)"
                let most = state.withLock { $0.most[name] } ?? 0
                var found = hub.presentBytes(of: file, in: revision)
                for _ in 0..<5 where found < most { found = max(found, hub.presentBytes(of: file, in: revision)) }
                state.withLock { [found] state in
                    guard state.epoch == epoch, state.cleanUps == 0 else { return }
                    if found < most { state.problems.append("\(most - found) of \(most) bytes of \(name) that were journalled are lost") }
                    state.most[name] = found
                }
            }
        }
    }

    /// Looks until it is cancelled.
    func run() async {
        while !Task.isCancelled {
            look()
            // Cancellation alone throws here, and ends the loop.
            try? await Task.sleep(for: .milliseconds(15))
        }
    }

    /// Runs a clean-up, after which less may be here.
    func cleaning<Value>(_ cleanUp: () async throws -> Value) async rethrows -> Value {
        state.withLock { state in
            state.cleanUps += 1
            state.epoch += 1
        }
        defer {
            state.withLock { state in
                state.cleanUps -= 1
                state.epoch += 1
                state.most = [:]
            }
        }
        return try await cleanUp()
    }
}
