import RoostAPI
import RoostClient
import RoostCore

/// Loads a model and shows how far that is.
struct ModelLoad {
    let client: RoostClient
    /// Whether the progress is not shown.
    let isQuiet: Bool

    /// Loads a model and returns when it answers.
    ///
    /// - Throws: `RoostError`: the server's own, or `serverUnreachable`.
    func run(_ model: ModelReference, keepAlive: String? = nil, isPinned: Bool? = nil, contextLength: Int? = nil) async throws -> LoadAnswer {
        let reporter = VerifyReporter(isQuiet: isQuiet)
        defer { reporter.end() }
        // Ends with the load.
        async let _ = show(model, by: reporter)
        return try await client.load(model, keepAlive: keepAlive, isPinned: isPinned, contextLength: contextLength)
    }

    /// Shows how far the load of a model is, until it is cancelled.
    private func show(_ model: ModelReference, by reporter: VerifyReporter) async {
        guard !isQuiet else { return }
        // Engines have whole names, and a person types short ones and aliases. The load itself tells what is wrong with a name.
        let name = (try? await client.fit(model).model) ?? model.description
        while (try? await Task.sleep(for: .milliseconds(250))) != nil {
            // The progress is not worth an error; the load itself has one.
            guard let engines = try? await client.engines().engines else { continue }
            if let progress = engines.first(where: { $0.model == name })?.load { reporter.show(progress) }
        }
    }
}
