import Engines
import HTTPTypes
import Hummingbird
import NIOCore
import PrometheusMetrics
import RoostCore

/// `GET /metrics`.
struct MetricsRoutes: Sendable {
    let parts: ServerParts

    func add(to router: Router<RoostContext>) {
        router.get("metrics") { _, context in
            try context.caller.requireAllModels()
            await observe()
            let text = try await WorkThreads.run { ByteBuffer(string: parts.metrics.text) }
            return Response(status: .ok, headers: [.contentType: PrometheusRegistry.contentType], body: ResponseBody(byteBuffer: text))
        }
    }

    /// Sets the gauges. The numbers of jobs keep their last values while they cannot be counted.
    private func observe() async {
        parts.metrics.set("roost_uptime_seconds", to: parts.uptime / .seconds(1))
        let engines = Dictionary(grouping: await parts.engines.loadedModels(), by: \.state.rawValue).mapValues(\.count)
        for state in LoadedModel.State.allCases.map(\.rawValue) {
            parts.metrics.set("roost_engines", [("state", state)], to: Double(engines[state] ?? 0))
        }
        guard case .success(let counts) = await parts.jobCounts.current() else { return }
        for status in [JobStatus.queued, .running] {
            parts.metrics.set("roost_jobs", [("status", status.rawValue)], to: Double(counts[status.rawValue] ?? 0))
        }
    }
}
