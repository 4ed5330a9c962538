import Foundation
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import RoostCore

/// Answers every request of the mirror. Headers are never logged: clients send their Hub token with each request.
struct MirrorResponder: HTTPResponder {
    typealias Context = BasicRequestContext

    let catalog: MirrorCatalog
    let configuration: HubMirror.Configuration
    let limiter: BandwidthLimiter?

    func respond(to request: Request, context: BasicRequestContext) async -> Response {
        var response: Response
        do {
            response = try await answer(request)
        } catch let error as MirrorError {
            response = error.response
        } catch {
            if !(error is CancellationError) {
                context.logger.error("A request failed.", metadata: ["path": "\(request.uri.path.quotedForPeople)", "error": "\(error)"])
            }
            response = MirrorError.failure.response
        }
        // Not `context.id`: that traps with a log handler that keeps no metadata.
        response.headers[.requestID] = context.logger[metadataKey: "hb.request.id"]?.description
        response.headers[.xContentTypeOptions] = "nosniff"
        context.logger.debug(
            "Request",
            metadata: [
                "method": "\(request.method)", "path": "\(request.uri.path.quotedForPeople)", "status": "\(response.status.code)",
            ])
        return request.method == .head ? response.createHeadResponse() : response
    }

    private func answer(_ request: Request) async throws -> Response {
        guard let route = MirrorRoute(method: request.method, rawPath: request.uri.path) else { throw MirrorError.noSuchRoute }
        switch route {
        case .whoAmI: throw MirrorError.noUsers
        case .modelInfo(let id, let revision): return try await modelInfo(id, revision, request)
        case .tree(let id, let revision, let folder): return try await tree(id, revision, folder, request)
        case .pathsInfo(let id, let revision): return try await pathsInfo(id, revision, request)
        case .references(let id): return try await references(id, request)
        case .file(let id, let revision, let path): return try await file(id, revision, path, request)
        }
    }

    /// The repository as it is now, if the revision means that.
    func snapshot(_ id: RepositoryID, _ revision: String, _ request: Request) async throws -> MirrorSnapshot {
        guard let snapshot = try await catalog.snapshot(of: id) else {
            throw MirrorError.repositoryNotFound(hasToken: request.headers[.authorization] != nil)
        }
        guard snapshot.isNamed(by: revision) else { throw MirrorError.revisionNotFound(revision) }
        return snapshot
    }

    /// An answer in JSON.
    func json(_ value: some Encodable) throws -> Response {
        let body = try JSONEncoder.mirror.encode(value)
        return Response(
            status: .ok, headers: [.contentType: "application/json; charset=utf-8"], body: ResponseBody(byteBuffer: ByteBuffer(bytes: body)))
    }
}

extension JSONEncoder {
    /// The same bytes for the same content, and paths that people can read.
    static var mirror: JSONEncoder {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return encoder
    }
}
