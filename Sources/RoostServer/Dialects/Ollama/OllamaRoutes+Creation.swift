import Foundation
import HTTPServing
import HTTPTypes
import HubClient
import Hummingbird
import ModelLibrary
import NIOCore
import RoostAPI
import RoostCore

/// `POST /api/create` and `/api/blobs`.
extension OllamaRoutes {
    /// The bytes of a blob that are written at once.
    private static let block = 4 << 20

    func create(_ request: Request, context: RoostContext) async throws -> Response {
        var request = request
        let creation = try await request.readFields(upTo: context.maxUploadSize) { try OllamaCreation($0) }
        AuditNote.about(creation.name)
        _ = try ModelParameters(creation.preset)
        let alias = try await upkeep.store.onDisk { try creation.make(in: upkeep.store.catalog) }
        if let alias {
            try await aliases.set(alias)
        } else {
            // The name stands for the new model from now on.
            _ = try await aliases.remove(creation.name)
        }
        guard creation.streams else { return JSON.response(OllamaStatus(status: "success")) }
        var lines = ByteBuffer()
        lines.write(line: OllamaStatus(status: alias == nil ? "writing manifest" : "writing an alias for \(creation.name)"))
        if creation.preset.template != nil {
            lines.write(line: OllamaStatus(status: "keeping the template to be shown; the engine uses the one in the model's file"))
        }
        lines.write(line: OllamaStatus(status: "success"))
        return Response(status: .ok, headers: [.contentType: OllamaTranslator.contentType], body: ResponseBody(byteBuffer: lines))
    }

    func hasBlob(_ request: Request, context: RoostContext) async throws -> Response {
        let digest = try digest(context)
        let store = try ownStore()
        guard try await upkeep.store.onDisk({ store.holds(digest) }) else {
            throw RoostError(.notFound, "There is no blob sha256:\(digest).", field: "digest")
        }
        return Response(status: .ok)
    }

    /// Stores a file of any size, on threads for disk work.
    func sendBlob(_ request: Request, context: RoostContext) async throws -> Response {
        let digest = try digest(context)
        let store = try ownStore()
        if try await upkeep.store.onDisk({ store.holds(digest) }) { return Response(status: .ok) }
        guard let turn = turns.take() else {
            throw RoostError(
                .rateLimited, "Other files are being received already; send this one when they are complete.", retryAfter: .seconds(10))
        }
        defer { withExtendedLifetime(turn) {} }
        let expected = request.headers[.contentLength].flatMap { Int64($0) } ?? 0
        let writer = try await upkeep.store.onDisk {
            let writer = try OllamaBlobWriter(in: store, sha256: digest)
            try space.require(max(expected, 1), in: store.root, for: "sha256:\(digest)")
            return writer
        }
        try await receive(request, into: writer, of: store, digest)
        try await upkeep.store.onDisk { try writer.finish() }
        return Response(status: .created)
    }

    private func receive(_ request: Request, into writer: OllamaBlobWriter, of store: OllamaStore, _ digest: String) async throws {
        var waiting = ByteBuffer()
        func write(_ bytes: ByteBuffer) async throws {
            try await upkeep.store.onDisk {
                try space.require(Int64(bytes.readableBytes), in: store.root, for: "sha256:\(digest)")
                try writer.write(bytes.readableBytesView)
            }
        }
        do {
            for try await piece in request.body {
                waiting.writeImmutableBuffer(piece)
                guard waiting.readableBytes >= Self.block else { continue }
                try await write(waiting)
                waiting.clear()
            }
        } catch let error as RoostError {
            throw error
        } catch {
            // A body ends early only when the client disconnects.
            throw CancellationError()
        }
        if waiting.readableBytes > 0 { try await write(waiting) }
    }

    private func ownStore() throws -> OllamaStore {
        guard let store = upkeep.store.catalog.ollama?.own else { throw RoostError(.unexpected, "There is no store of models.") }
        return store
    }

    private func digest(_ context: RoostContext) throws -> String {
        let text = try context.parameters.require("digest")
        guard let digest = OllamaManifest.sha256(in: text.removingPercentEncoding ?? text) else {
            throw RoostError(
                .invalidRequest, "A digest is `sha256:` and 64 lower-case hexadecimal digits; got \(text.quotedForPeople).", field: "digest")
        }
        return digest
    }
}
