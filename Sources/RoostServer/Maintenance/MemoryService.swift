import Dispatch
import ServiceLifecycle

/// Gives memory back to the system after a burst.
struct MemoryService: Service {
    /// The time between two looks.
    private static let interval: Duration = .seconds(15)
    /// Below so many bytes there is nothing worth the while. An idle server has about 50 MB.
    private static let enough = 80_000_000

    var resident: @Sendable () -> Int? = { ProcessMemory.resident }
    var giveBack: @Sendable () -> Void = { ProcessMemory.giveBack() }
    var sleep: @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }

    /// Looks until the server stops.
    func run() async {
        await cancelWhenGracefulShutdown {
            while (try? await sleep(Self.interval)) != nil {  // Only cancellation throws.
                guard let resident = resident(), resident > Self.enough else { continue }
                await giveBackAside()
            }
        }
    }

    private func giveBackAside() async {
        await withCheckedContinuation { continuation in
            DispatchQueue.global(qos: .utility).async {
                giveBack()
                continuation.resume()
            }
        }
    }
}
