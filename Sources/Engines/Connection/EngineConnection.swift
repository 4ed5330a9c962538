import AsyncHTTPClient
import Foundation
package import NIOCore
package import NIOHTTP1
package import RoostCore
import SystemPackage

/// An HTTP connection to a running engine. Valid only inside `EngineSupervisor.withEngine`.
package struct EngineConnection: Sendable {
    /// The model the engine runs.
    package let reference: ModelReference

    let client: HTTPClient
    let socket: FilePath
    let record: ConnectionRecord
    /// The slot of the request for which the connection is held; `nil` to let the engine choose.
    var placed: PlacedRequest?

    /// Sends a request and returns after the head of the response has arrived.
    ///
    /// Cancelling the task that reads the response closes the connection, and the engine then stops generating.
    ///
    /// - Parameters:
    ///   - method: The HTTP method.
    ///   - path: The path and query, such as `/v1/chat/completions`.
    ///   - body: The JSON body, if there is one.
    /// - Returns: The response, with any status.
    /// - Throws: `RoostError` with code `engineCrashed` if the engine ends or breaks the connection;
    ///   `CancellationError`.
    package func send(_ method: HTTPMethod = .POST, path: String, body: ByteBuffer? = nil) async throws -> EngineResponse {
        let response =
            if let placed, let body {
                try await send(body.addingFields([("id_slot", String(placed.place.slot))]), path: path, in: placed)
            } else {
                try await exchange(method, path: path, body: body)
            }
        record.answered(response.status)
        return response
    }

    /// Sends a request as it is.
    func exchange(_ method: HTTPMethod = .POST, path: String, body: ByteBuffer? = nil) async throws -> EngineResponse {
        do {
            let response = try await client.execute(request(method, path, body), deadline: .distantFuture)
            return EngineResponse(
                status: Int(response.status.code), contentType: response.headers.first(name: "content-type"),
                body: EngineResponseBody(base: response.body, translate: translated, counts: placed?.counts))
        } catch {
            throw translated(error)
        }
    }

    /// Whether the engine reports that it is ready.
    func isHealthy() async -> Bool {
        do {
            return try await client.execute(request(.GET, "/health", nil), timeout: .seconds(5)).status == .ok
        } catch {
            // The engine is not listening yet, still loading, or has ended. The caller tries again or detects the end
            // of the process.
            return false
        }
    }

    /// Returns when the engine's current step has ended, or the connection broke: a broken one is the concern of other checks.
    ///
    /// llama-server answers `/health` and `/slots` also during a step, and this only between two of them (build 11312).
    ///
    /// - Throws: `CancellationError`.
    func waitForStep() async throws {
        do {
            _ = try await client.execute(request(.GET, "/lora-adapters", nil), deadline: .distantFuture)
        } catch {
            try Task.checkCancellation()
        }
    }

    private func request(_ method: HTTPMethod, _ path: String, _ body: ByteBuffer?) throws -> HTTPClientRequest {
        guard path.hasPrefix("/"), let url = URL(httpURLWithSocketPath: socket.string, uri: path) else {
            throw RoostError(.invalidRequest, "\(path.quotedForPeople) is not a valid path for a request to an engine.")
        }
        var request = HTTPClientRequest(url: url.absoluteString)
        request.method = method
        request.headers.add(name: "host", value: "localhost")
        // The engine closes idle connections, and a request on a connection that was just closed would look like a
        // crash. Unix sockets are cheap to open.
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
        record.broke()
        return RoostError(
            .engineCrashed,
            "The engine that runs \(reference) ended or broke the connection during this request. Roost restarts it; send the request again.",
            cause: error)
    }
}
