package import CoreMetrics
package import NIOCore
package import RoostCore

/// Records what engines do, by model. Nothing of a prompt or an answer is recorded but times and numbers.
package struct EngineMetrics: Sendable {
    private let factory: any MetricsFactory

    /// Creates a recorder.
    ///
    /// - Parameter factory: The metrics of the server; without it nothing is recorded.
    package init(factory: any MetricsFactory = NOOPMetricsHandler.instance) { self.factory = factory }

    /// Records that a model was loaded.
    func loaded(_ model: ModelReference, in duration: Duration) {
        count("roost_engine_loads_total", model, [("result", "loaded")])
        time("roost_engine_load_seconds", model, duration)
    }

    /// Records that an engine failed: it could not load its model, or crashed too often.
    func failed(_ model: ModelReference) { count("roost_engine_loads_total", model, [("result", "failed")]) }

    /// Records that an engine crashed or was ended because it hung.
    func crashed(_ model: ModelReference) { count("roost_engine_crashes_total", model) }

    /// Records how long a request waited.
    ///
    /// - Parameters:
    ///   - model: The model.
    ///   - loading: The time until the model's engine was ready, its load included.
    ///   - queued: The time after that until it was the request's turn.
    func waited(_ model: ModelReference, loading: Duration, queued: Duration) {
        time("roost_engine_wait_seconds", model, loading)
        time("roost_queue_wait_seconds", model, queued)
    }

    /// Records the numbers in the last bytes of a complete answer.
    ///
    /// - Parameters:
    ///   - model: The model.
    ///   - answer: The answer, or a part of it.
    package func counted(_ model: ModelReference, in answer: ByteBuffer) {
        if let counts = EngineCounts(answer) { counted(model, counts) }
    }

    /// Records the numbers of an answer.
    func counted(_ model: ModelReference, _ counts: EngineCounts) {
        count("roost_prompt_tokens_total", model, by: counts.prompt)
        count("roost_generated_tokens_total", model, by: counts.generated)
        if let step = counts.step { time("roost_engine_step_seconds", model, step) }
    }

    /// Records the time from the arrival of a request to its first token.
    package func firstToken(_ model: ModelReference, after duration: Duration) { time("roost_time_to_first_token_seconds", model, duration) }

    /// Returns the recorder of the times between two pieces of a stream. A stream has many of them, so it keeps it.
    func gaps(of model: ModelReference) -> Timer { timer("roost_inter_token_seconds", model) }

    private func count(_ name: String, _ model: ModelReference, _ labels: [(String, String)] = [], by amount: Int = 1) {
        Counter(label: name, dimensions: [("model", "\(model)")] + labels, factory: factory).increment(by: amount)
    }

    private func time(_ name: String, _ model: ModelReference, _ duration: Duration) {
        timer(name, model).recordNanoseconds(duration.nanoseconds)
    }

    private func timer(_ name: String, _ model: ModelReference) -> Timer {
        Timer(label: name, dimensions: [("model", "\(model)")], factory: factory)
    }
}
