/// The slabs that are begun and not yet written, which are what a conversion has in memory. Their bytes are bounded, not their number: behind a slow slab
/// many small ones may be ready, and nobody has to wait for it.
struct SlabWindow {
    /// Slabs that may be in work. One more than work at once, so that nobody waits for the next.
    private let mostRunning: Int
    private let mostBytes: Int
    private var running = 0
    private var byteCount = 0
    private var begun = 0
    private var written = 0
    private var ready: [Int: (slab: Slab, bytes: [UInt8])] = [:]

    /// - Parameter workers: Slabs that are in work at once.
    init(workers: Int) {
        mostRunning = workers + 1
        mostBytes = (mostRunning + 1) * SlabSequence.byteCount
    }

    /// Whether another slab may be begun. The bytes may go beyond their bound by one slab.
    var hasRoom: Bool { running < mostRunning && byteCount < mostBytes }

    /// Begins a slab.
    ///
    /// - Returns: Its number.
    mutating func begin(_ slab: Slab) -> Int {
        running += 1
        byteCount += slab.byteCount
        begun += 1
        return begun - 1
    }

    /// A slab's work is done.
    mutating func finish(_ number: Int, _ slab: Slab, _ bytes: [UInt8]) {
        running -= 1
        ready[number] = (slab, bytes)
    }

    /// The slab that is to be written next, if it is done.
    mutating func next() -> (slab: Slab, bytes: [UInt8])? {
        guard let result = ready.removeValue(forKey: written) else { return nil }
        written += 1
        byteCount -= result.slab.byteCount
        return result
    }
}
