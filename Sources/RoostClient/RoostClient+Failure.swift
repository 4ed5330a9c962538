import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import RoostAPI
package import RoostCore

extension RoostError {
    /// Whether nothing listens at the address of the server.
    package var meansNoServer: Bool { code == .serverUnreachable && !hasBegunAnswer && cause.map(RoostClient.isRefusal) ?? false }

    /// Whether the connection broke after the begin of an answer.
    package var hasBegunAnswer: Bool { context.contains { $0.name == "answer" } }
}

extension RoostClient {
    /// Returns the error for a request without an answer.
    func unanswered(_ error: any Error) -> RoostError {
        guard Self.isRefusal(error) else {
            return RoostError(.serverUnreachable, "\(server) cannot be reached: \(Self.reason(error)).", cause: error)
        }
        return RoostError(
            .serverUnreachable,
            "No Roost server answers at \(server); start one with `roost serve`, or for good with `roost service install`, or name another with --server.",
            cause: error)
    }

    /// Whether a connection was refused, or not accepted in time.
    fileprivate static func isRefusal(_ error: any Error) -> Bool {
        switch error {
        case let error as NIOConnectionError: error.connectionErrors.contains { isRefusal($0.error) }
        case let error as HTTPClientError: error == .connectTimeout
        case ChannelError.connectTimeout: true
        // The error differs on macOS.
        default: "\(error)".localizedCaseInsensitiveContains("connection refused")
        }
    }

    private static func reason(_ error: any Error) -> String {
        let words = "\(error)"
        if words.contains("CERTIFICATE_VERIFY_FAILED") || words.localizedCaseInsensitiveContains("certificate") {
            return "its TLS certificate has expired, is for another host, or is not signed by an authority that this machine trusts"
        }
        if words.contains("handshakeFailed") { return "the TLS handshake failed; it may speak http and not https" }
        switch error {
        case let error as NIOConnectionError:
            return error.connectionErrors.last.map { reason($0.error) } ?? "the host name \(error.host.quotedForPeople) cannot be resolved"
        case let error as IOError: return String(cString: strerror(error.errnoCode))
        case let error as HTTPClientError: return error.shortDescription
        default: return words
        }
    }

    /// Returns the error of an answer whose status is none of success.
    ///
    /// - Throws: `RoostError` with code `serverUnreachable` when the answer is incomplete.
    func failure(_ response: HTTPClientResponse) async throws -> RoostError {
        let body = try await collect(response)
        let pause = response.headers.first(name: "Retry-After").flatMap(Int64.init).map { Duration.seconds($0) }
        if let problem = try? JSONDecoder().decode(Problem.self, from: body) {
            return RoostError(.init(rawValue: problem.code), problem.detail, field: problem.field, retryAfter: pause)
        }
        if let problem = try? JSONDecoder().decode(OpenAIProblem.self, from: body).error {
            return RoostError(.init(rawValue: problem.code), problem.message, field: problem.param, retryAfter: pause)
        }
        if let problem = try? JSONDecoder().decode(OllamaProblem.self, from: body) {
            let code = response.status == .notFound ? .modelNotFound : Self.meaning(of: response.status)?.code
            return RoostError(code ?? .unexpected, problem.error, retryAfter: pause)
        }
        // The answer to HEAD has no body.
        guard body.isEmpty, let meaning = Self.meaning(of: response.status) else {
            return RoostError(.unexpected, "\(server) answered \(response.status); it does not seem to be a Roost server.")
        }
        return RoostError(meaning.code, "\(server) \(meaning.sentence)", retryAfter: pause)
    }

    /// What a status without a code in the body means.
    private static func meaning(of status: HTTPResponseStatus) -> (code: RoostError.Code, sentence: String)? {
        switch status.code {
        case 400: (.invalidRequest, "refuses the request as invalid.")
        case 401: (.unauthorized, "needs a key that is valid: set ROOST_API_KEY to one of its keys.")
        case 403: (.forbidden, "does not allow this with the key in ROOST_API_KEY: it needs another scope.")
        case 404: (.notFound, "does not have it.")
        case 409: (.conflict, "cannot do it in its present state.")
        case 413: (.tooLarge, "refuses the request as too large.")
        case 429: (.rateLimited, "has got too many requests; try again in a moment.")
        case 507: (.insufficientSpace, "has not enough space on its disk.")
        case 500...599: (.unexpected, "answered \(status); see its log.")
        default: nil
        }
    }

    /// An error in OpenAI's form, as the routes below `/v1` send it.
    private struct OpenAIProblem: Decodable {
        struct Detail: Decodable {
            let message: String
            let code: String
            let param: String?
        }

        let error: Detail
    }

    /// An error in Ollama's form, as the routes below `/api` send it.
    private struct OllamaProblem: Decodable {
        let error: String
    }
}
