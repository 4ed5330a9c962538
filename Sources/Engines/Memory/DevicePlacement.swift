/// How many layers of a model an engine can keep in the memory of its devices.
///
/// llama-server itself decides where each layer goes (`--fit`), and leaves 1 GiB of each device free.
package struct DevicePlacement: Sendable, Hashable {
    /// The number of layers on devices.
    package let layers: Int
    /// The memory that they need there, in bytes.
    package let deviceBytes: Int64
    /// The part of it that the memory of the machine does not need to hold: all but that of devices without memory of
    /// their own.
    package let savedBytes: Int64

    private static let reserve: Int64 = 1 << 30

    /// Distributes the layers, all of the same size, to the devices in order.
    ///
    /// - Parameters:
    ///   - estimate: The memory of the engine.
    ///   - count: The number of layers of the model.
    ///   - devices: The devices.
    package init(_ estimate: MemoryEstimate, layers count: Int, devices: [EngineDevice]) {
        let layer = estimate.weights.clampedPlus(estimate.context) / Int64(max(1, count))
        var left = layer > 0 ? Int64(max(0, count)) : 0
        var (placed, bytes, saved) = (Int64(0), Int64(0), Int64(0))
        for device in devices where left > 0 {
            // Each device has computation buffers of its own.
            let fitting = min(left, max(0, device.freeBytes.clampedPlus(-Self.reserve).clampedPlus(-estimate.compute)) / layer)
            placed += fitting
            bytes += fitting * layer
            if !device.sharesMemory { saved += fitting * layer }
            left -= fitting
        }
        (layers, deviceBytes, savedBytes) = (Int(placed), bytes, saved)
    }
}
