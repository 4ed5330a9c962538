/// The slabs that are started but not written yet, which determine the memory of a conversion. Their bytes are limited,
/// not their number: many small slabs may be finished behind a slow one, without waiting for it.
struct SlabWindow {
    /// The maximum number of slabs in progress: one more than the number of workers, so that no worker waits for the
    /// next slab.
    private let mostRunning: Int
    private let mostBytes: Int
    private var running = 0
    private var byteCount = 0
    private var begun = 0
    private var written = 0
    private var ready: [Int: (slab: Slab, bytes: [UInt8])] = [:]

    /// - Parameter workers: The number of slabs that are converted in parallel.
    init(workers: Int) {
        mostRunning = workers + 1
        mostBytes = (mostRunning + 1) * SlabSequence.byteCount
    }

    /// Whether another slab may be started. The bytes may exceed their limit by one slab.
    var hasRoom: Bool { running < mostRunning && byteCount < mostBytes }

    /// Starts a slab.
    ///
    /// - Returns: The number of the slab.
    mutating func begin(_ slab: Slab) -> Int {
        running += 1
        byteCount += slab.byteCount
        begun += 1
        return begun - 1
    }

    /// Records that a slab is converted.
    mutating func finish(_ number: Int, _ slab: Slab, _ bytes: [UInt8]) {
        running -= 1
        ready[number] = (slab, bytes)
    }

    /// Returns the slab to write next, if it is converted.
    mutating func next() -> (slab: Slab, bytes: [UInt8])? {
        guard let result = ready.removeValue(forKey: written) else { return nil }
        written += 1
        byteCount -= result.slab.byteCount
        return result
    }
}
