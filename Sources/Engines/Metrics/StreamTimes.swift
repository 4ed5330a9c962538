import CoreMetrics
package import NIOCore
package import RoostCore

/// Records the times between the pieces of one streamed answer. llama-server sends each token in a piece of its own;
/// pieces that arrive together count as one.
package struct StreamTimes: Sendable {
    private let metrics: EngineMetrics
    private let model: ModelReference
    private let begin: ContinuousClock.Instant
    private let gaps: Timer
    private var last: ContinuousClock.Instant?
    /// The last piece with numbers of the engine. With `timings_per_token` each event has some, which count from the begin of
    /// the answer, so only the last ones are read.
    private var numbers: ByteBuffer?

    /// Creates the times of a request.
    ///
    /// - Parameters:
    ///   - metrics: The metrics.
    ///   - model: The model.
    ///   - begin: The time at which the request arrived.
    package init(_ metrics: EngineMetrics, of model: ModelReference, since begin: ContinuousClock.Instant) {
        self.metrics = metrics
        self.model = model
        self.begin = begin
        gaps = metrics.gaps(of: model)
    }

    /// Records a piece of the answer that has just arrived.
    package mutating func arrived(_ bytes: ByteBuffer) {
        let now = ContinuousClock.now
        if let last { gaps.recordNanoseconds((now - last).nanoseconds) } else { metrics.firstToken(model, after: now - begin) }
        last = now
        if EngineCounts.areIn(bytes) { numbers = bytes }
    }

    /// Records the numbers of the answer, which has ended or was given up.
    package mutating func ended() {
        if let counts = numbers.flatMap(EngineCounts.init) { metrics.counted(model, counts) }
        numbers = nil
    }
}
