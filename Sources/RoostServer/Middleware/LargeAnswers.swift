import HTTPTypes
import Hummingbird
import NIOCore
import RoostCore

/// Limits the memory of all large answers together, until their clients have read them: a slow reader may take minutes for a
/// megabyte.
struct LargeAnswers: RouterMiddleware {
    let budget: BodyBudget

    @concurrent func handle(
        _ request: Request, context: RoostContext, next: @concurrent (Request, RoostContext) async throws -> Response
    ) async throws -> Response {
        // An answer is not refused after its work was done: a repetition would do that again.
        let hasEffects = ![.get, .head].contains(request.method)
        if request.method == .post { try budget.checkRoom(of: context.client) }
        var response = try await next(request, context)
        guard let length = response.body.contentLength,
            let place = try hasEffects ? budget.promisedPlace(for: length, of: context.client) : budget.place(for: length, of: context.client)
        else { return response }
        let body = response.body
        response.body = ResponseBody(contentLength: length) { writer in
            try await body.write(PieceWriter(writer: writer))
            withExtendedLifetime(place) {}
        }
        return response
    }
}
