import Foundation
import HTTPServing
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import RoostCore

/// Answers all requests of the mirror. Headers are never logged, because clients send their Hub token with each
/// request.
struct MirrorResponder: HTTPResponder {
    typealias Context = BasicRequestContext

    let source: any MirrorSource
    let configuration: HubMirror.Configuration
    let slots: ClientSlots
    /// The slots for requests with a body, which stays in memory while the answer is created.
    let questionSlots = ClientSlots(32)
    /// The slots for long lists, each of which keeps its repository's list in memory while it is sent.
    let listSlots = ClientSlots(32)
    let limiter: BandwidthLimiter?

    func respond(to request: Request, context: BasicRequestContext) async -> Response {
        var response: Response
        do {
            response = try await answer(request)
        } catch {
            let failure = failure(error)
            if failure.status.code >= 500 {
                context.logger.error(
                    "A request failed.",
                    metadata: ["path": "\(request.uri.path.quotedForPeople)", "error": "\((error as? RoostError)?.traceback ?? "\(error)")"])
            }
            response = failure.response
        }
        // Not `context.id`, which traps with a log handler that keeps no metadata.
        response.headers[.requestID] = context.logger[metadataKey: "hb.request.id"]?.description
        response.headers[.xContentTypeOptions] = "nosniff"
        context.logger.debug(
            "Request",
            metadata: [
                "method": "\(request.method)", "path": "\(request.uri.path.quotedForPeople)", "status": "\(response.status.code)",
            ])
        return request.method == .head ? response.createHeadResponse() : response
    }

    private func failure(_ error: any Error) -> MirrorError {
        switch error {
        case let error as MirrorError: error
        case let error as RoostError: MirrorError(upstream: error)
        // The client has disconnected, or the mirror is stopping: the client can try again.
        case is CancellationError: .tooBusy
        default: .failure
        }
    }

    private func answer(_ request: Request) async throws -> Response {
        guard let route = MirrorRoute(rawPath: request.uri.path) else { throw MirrorError.noSuchRoute }
        guard request.method != .options else { return Response(status: .noContent, headers: [.allow: MirrorError.list(route.methods)]) }
        guard route.methods.contains(request.method) else { throw MirrorError.methodNotAllowed(route.methods) }
        switch route {
        case .whoAmI: return try whoAmI()
        case .repositoryInfo(let id, let revision): return try await repositoryInfo(id, revision, request)
        case .tree(let id, let revision, let folder): return try await tree(id, revision, folder, request)
        case .pathsInfo(let id, let revision): return try await pathsInfo(id, revision, request)
        case .references(let id): return try await references(id, request)
        case .commits(let id, let revision): return try await commits(id, revision, request)
        case .accessCheck(let id, let toWrite): return try await accessCheck(id, toWrite, request)
        case .file(let id, let revision, let path): return try await file(id, revision, path, request)
        }
    }

    /// Returns the value that a source found, or throws that there is no such repository.
    func found<Value>(_ value: Value?, _ request: Request) throws -> Value {
        guard let value else { throw MirrorError.repositoryNotFound(hasToken: request.headers[.authorization] != nil) }
        return value
    }

    /// Returns a repository at a revision.
    func snapshot(_ id: RepositoryID, _ revision: String, _ request: Request) async throws -> MirrorSnapshot {
        try found(try await source.snapshot(of: id, at: revision), request)
    }

    /// Returns a JSON answer.
    ///
    /// - Parameters:
    ///   - value: The value.
    ///   - snapshot: The snapshot that the value comes from.
    /// - Returns: The answer.
    /// - Throws: An error when the value cannot be encoded.
    func json(_ value: some Encodable, of snapshot: MirrorSnapshot? = nil) throws -> Response {
        let body = try JSONEncoder.mirror.encode(value)
        var headers: HTTPFields = [.contentType: "application/json; charset=utf-8"]
        headers[.hubWarning] = snapshot?.warning
        return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: body)))
    }

    /// Returns a list in JSON. A long one is created while it is sent.
    ///
    /// - Parameters:
    ///   - entries: The list.
    ///   - start: The JSON text before the list.
    ///   - end: The JSON text after the list.
    ///   - snapshot: The snapshot that the list comes from.
    /// - Returns: The answer.
    /// - Throws: An error when an entry cannot be encoded; `MirrorError` when too many long lists are being sent.
    func list<Entries: IteratorProtocol & Sendable>(
        _ entries: Entries, before start: String, after end: String, of snapshot: MirrorSnapshot
    ) async throws -> Response where Entries.Element: Encodable {
        var headers: HTTPFields = [.contentType: "application/json; charset=utf-8"]
        headers[.hubWarning] = snapshot.warning
        var list = JSONList(entries, before: start, after: end, pieceSize: configuration.listPieceSize)
        let first = try await list.next()
        guard let begin = first, !list.isOver else {
            return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: first ?? ByteBuffer()))
        }
        guard let slot = listSlots.take() else { throw MirrorError.tooBusy }
        let rest = list
        return Response(
            status: .ok, headers: headers,
            body: ResponseBody { writer in
                var rest = rest
                try await writer.write(begin)
                while let piece = try await rest.next() { try await writer.write(piece) }
                try await writer.finish(nil)
                withExtendedLifetime(slot) {}
            })
    }
}

extension JSONEncoder {
    /// An encoder with the same output for the same content, and without escaped slashes.
    static var mirror: JSONEncoder {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return encoder
    }
}
