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
        while (try? await Task.sleep(for: .milliseconds(250))) != nil {
            // The progress is not worth an error; the load itself has one.
            guard let engines = try? await client.engines().engines else { continue }
            let progress = engines.first { engine in
                engine.model == model.description || (model.variant == nil && engine.model.hasPrefix("\(model.repository):"))
            }?.load
            if let progress { reporter.show(progress) }
        }
    }
}
