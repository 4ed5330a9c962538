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
        var response = try await next(request, context)
        guard let length = response.body.contentLength, let place = try budget.place(for: length, of: context.client) else { return response }
        let body = response.body
        response.body = ResponseBody(contentLength: length) { writer in
            try await body.write(PieceWriter(writer: writer))
            withExtendedLifetime(place) {}
        }
        return response
    }
}

/// Writes an answer in pieces, each of which waits until the client has read enough of those before it.
private struct PieceWriter: ResponseBodyWriter {
    /// The most bytes of a piece.
    private static let most = 64 << 10

    var writer: any ResponseBodyWriter

    @concurrent mutating func write(_ buffer: ByteBuffer) async throws {
        var rest = buffer
        while let piece = rest.readSlice(length: min(Self.most, rest.readableBytes)), piece.readableBytes > 0 { try await writer.write(piece) }
    }

    @concurrent consuming func finish(_ trailingHeaders: HTTPFields?) async throws { try await writer.finish(trailingHeaders) }
}
