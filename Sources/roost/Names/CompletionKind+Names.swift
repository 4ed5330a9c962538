import ArgumentParser
import Interaction
import RoostAPI
import RoostClient
import RoostCore

extension CompletionKind {
    /// The models and aliases of the server.
    static let models = names { client in
        async let aliases = client.aliases().map(\.name.description)
        return try await client.models().map(\.model) + aliases
    }

    /// The aliases of the server.
    static let aliases = names { try await $0.aliases().map(\.name.description) }

    /// The newest jobs of the server.
    static let jobs = names { try await $0.jobs(limit: 100).map(\.job.id) }

    /// The longest time that a shell waits for names.
    private static let limit: Duration = .milliseconds(800)

    /// Names that the server knows. Without an answer in time there are none: a shell shows no errors here.
    private static func names(_ ask: @escaping @Sendable (RoostClient) async throws -> [String]) -> CompletionKind {
        .custom { _, _, _ in
            await withTaskGroup(of: [String].self) { group in
                group.addTask {
                    guard let client = try? await ServerOptions.named(nil).client(), let names = try? await ask(client) else { return [] }
                    // To zsh a colon is the begin of a description.
                    let isZsh = CompletionShell.requesting == .zsh
                    return names.filter { $0 == $0.harmless }.map { isZsh ? $0.replacing(":", with: "\\:") : $0 }
                }
                group.addTask {
                    try? await Task.sleep(for: limit)
                    return []
                }
                defer { group.cancelAll() }
                return await group.next() ?? []
            }
        }
    }
}
