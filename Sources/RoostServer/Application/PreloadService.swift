import Engines
import HTTPServing
import Logging
import ModelLibrary
import RoostCore
import ServiceLifecycle

/// Loads models at the start of the server: those of the setting `preload`, then those that were in memory before.
struct PreloadService: Service {
    /// The models to load in any case.
    let preload: [ModelReference]
    /// Returns the models that were in memory before.
    let remembered: @Sendable () async -> [ModelReference]
    /// The most models.
    let most: Int
    let catalog: ModelCatalog
    let engines: EngineSupervisor
    let logger: Logger

    /// Loads the models, one after the other, and then waits for the end of the server.
    func run() async {
        await cancelWhenGracefulShutdown {
            let before = await remembered().filter { !preload.contains($0) }
            for model in (preload + before).prefix(max(most, preload.count)) {
                await load(model)
                if Task.isCancelled { return }
            }
        }
        // Only cancellation throws.
        try? await gracefulShutdown()
    }

    private func load(_ model: ModelReference) async {
        do {
            let entry = try await WorkThreads.run { try catalog.entry(for: model) }
            // No model that is used by now leaves memory for one that no request needs yet.
            let fit = try await engines.fit(entry)
            guard [.fits, .loaded].contains(fit.verdict) else {
                return logger.notice(
                    "A model was not loaded at the start, because it does not fit now",
                    metadata: ["model": "\(model)", "need_bytes": "\(fit.need.bytes)", "available_bytes": "\(fit.freeBytes)"])
            }
            _ = try await engines.load(entry)
        } catch is CancellationError {
            return
        } catch {
            logger.warning("A model was not loaded at the start", metadata: ["model": "\(model)", "reason": "\(error)"])
        }
    }
}
