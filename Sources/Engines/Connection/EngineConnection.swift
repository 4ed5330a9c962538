import AsyncHTTPClient
import Foundation
public import NIOCore
public import NIOHTTP1
public import RoostCore
import SystemPackage

/// The way to talk HTTP to one running engine. Valid inside `EngineSupervisor.withEngine` only.
public struct EngineConnection: Sendable {
    /// The model the engine runs.
    public let reference: ModelReference

    let client: HTTPClient
    let socket: FilePath
    let failure: ConnectionFailure

    /// Sends a request and returns as soon as the head of the answer is there.
    ///
    /// Cancelling the task that reads the answer closes the connection, and the engine then stops generating.
    ///
    /// - Parameters:
    ///   - method: The HTTP method.
    ///   - path: The path and query, such as `/v1/chat/completions`.
    ///   - body: The body, JSON, if there is one.
    /// - Returns: The answer, whatever its status.
    /// - Throws: `RoostError` with code `engineCrashed` when the engine ends or breaks the connection; `CancellationError`.
    public func send(_ method: HTTPMethod = .POST, path: String, body: ByteBuffer? = nil) async throws -> EngineResponse {
        do {
            let response = try await client.execute(request(method, path, body), deadline: .distantFuture)
            return EngineResponse(
                status: Int(response.status.code), contentType: response.headers.first(name: "content-type"),
                body: EngineResponseBody(base: response.body, translate: translated))
        } catch {
            throw translated(error)
        }
    }

    /// Whether the engine says that it is ready.
    func isHealthy() async -> Bool {
        do {
            return try await client.execute(request(.GET, "/health", nil), timeout: .seconds(5)).status == .ok
        } catch {
            // Not listening yet, still loading, or gone: the caller asks again or sees the process end.
            return false
        }
    }

    private func request(_ method: HTTPMethod, _ path: String, _ body: ByteBuffer?) throws -> HTTPClientRequest {
        guard path.hasPrefix("/"), let url = URL(httpURLWithSocketPath: socket.string, uri: path) else {
            throw RoostError(.invalidRequest, "\(path.quotedForPeople) is not a path that an engine can be asked for.")
        }
        var request = HTTPClientRequest(url: url.absoluteString)
        request.method = method
        request.headers.add(name: "host", value: "localhost")
        // The engine closes idle connections by itself, and a request that meets such a one would look like a crash. Unix sockets are cheap to open.
        request.headers.add(name: "connection", value: "close")
        if let body {
            request.headers.add(name: "content-type", value: "application/json")
            request.body = .bytes(body)
        }
        return request
    }

    private func translated(_ error: any Error) -> any Error {
        if Task.isCancelled || error is CancellationError { return CancellationError() }
        if error is RoostError { return error }
        failure.note()
        return RoostError(
            .engineCrashed,
            "The engine that runs \(reference) ended, or broke the connection, while it worked on this request. Roost restarts it: send the request again.",
            cause: error)
    }
}
