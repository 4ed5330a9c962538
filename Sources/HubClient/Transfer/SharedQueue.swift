import Synchronization

/// The segments of a file, shared by all its streams.
final class SharedQueue: Sendable {
    private let queue: Mutex<SegmentQueue>

    init(_ queue: SegmentQueue) { self.queue = Mutex(queue) }

    func change<Result: Sendable>(_ body: (inout SegmentQueue) -> Result) -> Result { queue.withLock { body(&$0) } }
}
