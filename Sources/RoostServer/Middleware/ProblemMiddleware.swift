import Hummingbird
import Logging
import NIOCore
import RoostCore

/// Converts every error into an answer for people and programs, and logs failures of the server.
/// Each dialect has a form of its own.
struct ProblemMiddleware: RouterMiddleware {
    @concurrent func handle(
        _ request: Request, context: RoostContext, next: @concurrent (Request, RoostContext) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch {
            return Self.response(to: context.caller.visible(error), request: request, logger: context.logger)
        }
    }

    /// Returns the answer to an error. It is logged when it is a failure of this server.
    static func response(to error: any Error, request: Request, logger: Logger) -> Response {
        // The client has disconnected, or the server is stopping: the answer is not read.
        if error is CancellationError { return Response(status: .init(code: 499, reasonPhrase: "Client Closed Request")) }
        let failure = describe(error, request: request)
        if failure.httpStatus.code >= 500 {
            logger.error("request failed", metadata: ["path": "\(request.uri.path)", "error": "\(failure.traceback)"])
        }
        return Dialects.response(to: failure, request, requestID: logger.requestID)
    }

    private static var tooLarge: RoostError {
        RoostError(.tooLarge, "The body may have at most \(RoostContext.maxBodyBytes) bytes.", field: "body")
    }

    private static func describe(_ error: any Error, request: Request) -> RoostError {
        if let error = error as? HTTPError {
            switch error.status {
            case .notFound:
                return RoostError(
                    .notFound, "There is nothing at \(request.uri.path.quotedForPeople); GET /health shows the state of the server.")
            case .contentTooLarge: return tooLarge
            default:
                return RoostError(.invalidRequest, error.body ?? error.status.reasonPhrase)
            }
        }
        if error is NIOTooManyBytesError { return tooLarge }
        return RoostError.wrapping(error, as: .unexpected, "The request failed because of an internal error")
    }
}
