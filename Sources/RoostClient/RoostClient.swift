import AsyncHTTPClient
package import Foundation
import NIOCore
import NIOHTTP1
package import RoostAPI
package import RoostCore

/// A typed client of Roost's HTTP API, used by the command line and the end-to-end tests.
package struct RoostClient: Sendable {
    /// The server's URL without a trailing slash.
    package let server: String
    private let key: SecretToken?

    /// Creates a client without sending anything.
    ///
    /// - Parameters:
    ///   - server: A URL such as `http://127.0.0.1:8005`.
    ///   - key: The API key; `nil` for a server that needs none. It is sent to this server only.
    /// - Throws: `RoostError` with code `invalidRequest` when it is not an HTTP URL.
    package init(server: String, key: SecretToken? = nil) throws {
        self.key = key
        guard let url = URL(string: server), ["http", "https"].contains(url.scheme), url.host?.isEmpty == false else {
            throw RoostError(
                .invalidRequest, "\(server.quotedForPeople) is not the URL of a server; it should look like http://127.0.0.1:8005.", field: "server")
        }
        self.server = server.hasSuffix("/") ? String(server.dropLast()) : server
    }

    /// Starts a pull and returns at once.
    ///
    /// - Parameter request: The pull.
    /// - Returns: The id of the job.
    /// - Throws: `RoostError`: the server's own, or `serverUnreachable`.
    package func pull(_ request: PullRequest) async throws -> PullAccepted { try await decode(send(.POST, "/pull", body: request)) }

    /// Returns a preview of a pull.
    ///
    /// - Parameter request: The pull.
    /// - Returns: The preview.
    /// - Throws: `RoostError`: the server's own, such as `repository_not_found`, or `serverUnreachable`.
    package func preview(_ request: PullRequest) async throws -> PullPreview {
        var request = request
        request.isDryRun = true
        return try await decode(send(.POST, "/pull", body: request, timeout: .minutes(5)))
    }

    /// Returns the models on the server's machine.
    ///
    /// - Returns: The models, loaded or not.
    /// - Throws: `RoostError`: the server's own, or `serverUnreachable`.
    package func models() async throws -> [ModelView] { try await decode(send(.GET, "/models")) }

    /// Unloads a model and returns when its engine has ended. It is not an error when the model is not loaded.
    ///
    /// - Parameter model: `org/name:QUANT`, or `org/name` for all of its quantisations.
    /// - Throws: `RoostError`: the server's own, or `serverUnreachable`.
    package func unload(_ model: String) async throws { _ = try await collect(send(.POST, "/models/unload", body: ["model": model])) }

    /// Returns the server's state.
    ///
    /// - Returns: Version, uptime, jobs, models.
    /// - Throws: `RoostError`: the server's own, or `serverUnreachable`.
    package func status() async throws -> ServerStatus { try await decode(send(.GET, "/status")) }

    /// Returns the server's answer to `GET` of any path unchanged, for routes without a type here, such as `/diag`.
    ///
    /// - Parameter path: A path such as `/jobs`.
    /// - Returns: The bytes of the body.
    /// - Throws: `RoostError`: the server's own, or `serverUnreachable`.
    package func raw(_ path: String) async throws -> Data { try await collect(send(.GET, path)) }
}

extension RoostClient {
    /// The HTTP client of the process. A refused connection is reported at once, not after a minute of tries.
    private static let http: HTTPClient = {
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow, timeout: .init(connect: .seconds(5)))
        configuration.connectionPool.retryConnectionEstablishment = false
        return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }()

    /// More bytes than any answer in one piece has.
    private static let largestAnswer = 64 << 20

    func send(
        _ method: HTTPMethod, _ path: String, headers: HTTPHeaders = [:], body: (any Encodable & Sendable)? = nil,
        content: HTTPClientRequest.Body? = nil,
        timeout: TimeAmount = .seconds(60)
    ) async throws -> HTTPClientResponse {
        var request = HTTPClientRequest(url: server + path)
        request.method = method
        request.headers = headers
        request.body = content
        request.headers.add(name: "User-Agent", value: "roost-cli/\(RoostVersion.current)")
        if let key { request.headers.add(name: "Authorization", value: "Bearer \(key.value)") }
        if let body {
            request.headers.add(name: "Content-Type", value: "application/json")
            request.body = .bytes(ByteBuffer(bytes: try (body as? JSONText)?.bytes ?? Array(JSONEncoder().encode(body))))
        }
        let response: HTTPClientResponse
        do {
            response = try await Self.http.execute(request, timeout: timeout)
        } catch is CancellationError {
            throw CancellationError()
        } catch let error as RoostError {
            // The content could not be read.
            throw error
        } catch let error as HTTPClientError where error == .deadlineExceeded {
            throw RoostError(
                .serverUnreachable, "\(server) has not answered within \(timeout.nanoseconds / 1_000_000_000) seconds; see its log, or ask again.",
                cause: error)
        } catch {
            throw unanswered(error)
        }
        guard (200..<300).contains(response.status.code) else { throw try await failure(response) }
        return response
    }

    func collect(_ response: HTTPClientResponse) async throws -> Data {
        do {
            return Data(try await response.body.collect(upTo: Self.largestAnswer).readableBytesView)
        } catch {
            throw brokenConnection(error)
        }
    }

    /// Returns the error for an answer that ended too early.
    func brokenConnection(_ error: any Error) -> RoostError {
        RoostError(
            .serverUnreachable, "The connection to \(server) broke in the middle of the answer: \(error)", cause: error, context: ["answer": "begun"])
    }

    func decode<Value: Decodable>(_ response: HTTPClientResponse) async throws -> Value {
        do {
            return try JSONDecoder().decode(Value.self, from: try await collect(response))
        } catch let error as DecodingError {
            throw RoostError(.unexpected, "\(server) sent no valid answer. Check that client and server have the same version.", cause: error)
        }
    }
}
