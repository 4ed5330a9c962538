import Dispatch
import RoostCore
import ServiceLifecycle

/// Returns memory to the system after a peak.
struct MemoryService: Service {
    /// The time between two checks.
    private static let interval: Duration = .seconds(15)
    /// The number of bytes below which nothing is returned. An idle server has about 50 MB.
    private static let enough = 80_000_000

    var resident: @Sendable () -> Int? = { ProcessMemory.resident }
    var giveBack: @Sendable () -> Void = { ProcessMemory.giveBack() }
    var time = TimeSource()

    /// Checks the memory until the server stops.
    func run() async {
        await cancelWhenGracefulShutdown {
            while (try? await time.sleep(Self.interval)) != nil {  // Only cancellation throws.
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
