import CoreMetrics
import Hummingbird
import PrometheusMetrics
import RoostCore

/// Counts the requests that reach the router, and measures the time until their answers begin.
struct RequestMetrics: RouterMiddleware {
    private static let methods: Set<String> = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]

    let registry: PrometheusRegistry

    @concurrent func handle(
        _ request: Request, context: RoostContext, next: @concurrent (Request, RoostContext) async throws -> Response
    ) async throws -> Response {
        let begin = ContinuousClock.now
        let response = try await next(request, context)
        let method = request.method.rawValue
        // The pattern of the route, such as `/jobs/{id}`, and never the requested path.
        let route = context.endpointPath ?? "none"
        Counter(
            label: "roost_http_requests_total",
            dimensions: [
                ("route", route), ("method", Self.methods.contains(method) ? method : "other"), ("status", "\(response.status.code / 100)xx"),
            ], factory: registry
        ).increment()
        Timer(label: "roost_http_request_seconds", dimensions: [("route", route)], factory: registry).recordNanoseconds((.now - begin).nanoseconds)
        return response
    }
}
