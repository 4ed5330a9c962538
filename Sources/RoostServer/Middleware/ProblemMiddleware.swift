import Foundation
import HTTPServing
package import HTTPTypes
package import Hummingbird
package import Logging
import NIOCore
package import RoostAPI
package import RoostCore

/// Converts every error into an answer for people and programs, and logs failures of the server.
///
/// `/v1` speaks OpenAI's `{"error":{message,type,param,code}}`; everything else `application/problem+json`.
package struct ProblemMiddleware: RouterMiddleware {
    @concurrent package func handle(
        _ request: Request, context: RoostContext, next: @concurrent (Request, RoostContext) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch {
            return Self.response(to: error, request: request, logger: context.logger)
        }
    }

    /// Returns the answer to an error. It is logged when it is a failure of this server.
    package static func response(to error: any Error, request: Request, logger: Logger) -> Response {
        // The client has disconnected, or the server is stopping: the answer is not read.
        if error is CancellationError { return Response(status: .init(code: 499, reasonPhrase: "Client Closed Request")) }
        let failure = describe(error, request: request)
        if failure.httpStatus.code >= 500 {
            logger.error("request failed", metadata: ["path": "\(request.uri.path)", "error": "\(failure.traceback)"])
        }
        return request.routePath.hasPrefix("/v1/") ? failure.openAIResponse : failure.problemResponse
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

extension RoostError {
    /// The HTTP status for the kind of the failure.
    package var httpStatus: HTTPResponse.Status {
        switch code {
        case .invalidRequest, .unsupportedModel, .invalidModelFile, .numberOutOfRange, .notFinite, .crashesEngine, .contextLengthExceeded: .badRequest
        case .forbiddenHost, .gatedRepository, .accessDenied: .forbidden
        case .notFound, .modelNotFound, .repositoryNotFound, .revisionNotFound, .entryNotFound: .notFound
        case .timedOut: .requestTimeout
        case .methodNotAllowed: .methodNotAllowed
        case .conflict: .conflict
        case .tooLarge: .contentTooLarge
        case .rateLimited, .engineCoolingDown: .tooManyRequests
        case .engineRefused, .engineCrashed, .engineLoadFailed, .network, .hubFailure, .hubProtocolViolation, .digestMismatch, .sizeMismatch:
            .badGateway
        case .engineMissing, .enginesBusy, .databaseBusy, .shuttingDown, .offline: .serviceUnavailable
        case .insufficientSpace: .init(code: 507, reasonPhrase: "Insufficient Storage")
        default: .internalServerError
        }
    }

    /// The error in the API's form.
    package var problem: Problem {
        Problem(title: httpStatus.reasonPhrase, status: httpStatus.code, detail: message, code: code.rawValue, field: field)
    }

    fileprivate var problemResponse: Response { response(problem, contentType: "application/problem+json") }

    fileprivate var openAIResponse: Response { response(OpenAIProblem(self), contentType: "application/json") }

    private func response(_ body: some Encodable, contentType: String) -> Response {
        var headers: HTTPFields = [.contentType: contentType]
        if let retryAfter { headers[.retryAfter] = "\(max(1, Int((retryAfter / .seconds(1)).rounded(.up))))" }
        return Response(status: httpStatus, headers: headers, body: ResponseBody(byteBuffer: JSON.buffer(body)))
    }
}

/// An error in OpenAI's form.
package struct OpenAIProblem: Encodable {
    package struct Detail: Encodable {
        package let message: String
        package let type: String
        package let param: String?
        package let code: String

        package func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(message, forKey: .message)
            try container.encode(type, forKey: .type)
            // Clients expect all four members, also with null.
            try container.encode(param, forKey: .param)
            try container.encode(code, forKey: .code)
        }

        private enum CodingKeys: String, CodingKey { case message, type, param, code }
    }

    package let error: Detail

    package init(_ failure: RoostError) {
        let type = (400..<500).contains(failure.httpStatus.code) ? "invalid_request_error" : "server_error"
        error = Detail(message: failure.message, type: type, param: failure.field, code: failure.code.rawValue)
    }
}
