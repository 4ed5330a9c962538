import HTTPTypes
import Hummingbird

/// Tells clients not to send another request on a connection whose end was watched.
///
/// Generation stops when its client hangs up. Watching for that uses the connection up: Hummingbird closes it after the answer, whatever the answer
/// is. Unannounced, that end can meet the client's next request.
struct LastRequestMiddleware: RouterMiddleware {
    /// The paths whose handlers watch the connection.
    let paths: Set<String>

    @concurrent func handle(
        _ request: Request, context: RoostContext, next: @concurrent (Request, RoostContext) async throws -> Response
    ) async throws -> Response {
        var response = try await next(request, context)
        if paths.contains(request.routePath) { response.headers[.connection] = "close" }
        return response
    }
}
