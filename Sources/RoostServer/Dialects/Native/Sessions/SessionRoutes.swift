import Foundation
import HTTPServing
import HTTPTypes
import Hummingbird
import RoostAPI
import RoostCore

/// `/sessions/{id}`: shows and deletes a conversation that the server keeps for the client.
struct SessionRoutes: Sendable {
    let sessions: SessionStore

    func add(to router: Router<RoostContext>) {
        let group = router.group("sessions/:id")
        group.get(use: show)
        group.delete { request, context in
            let name = try Self.name(context)
            try await sessions.delete(name)
            return JSON.response(["status": "deleted", "session_id": name.id])
        }
    }

    private func show(_ request: Request, context: RoostContext) async throws -> Response {
        let name = try Self.name(context)
        let session = try await sessions.session(name)
        let times = [
            ("created_at", session.createdAt), ("last_used_at", session.lastUsedAt),
            ("expires_at", session.lastUsedAt.addingTimeInterval(sessions.limits.lifetime / .seconds(1))),
        ]
        let body = try await WorkThreads.run { () -> EngineBody in
            var body = EngineBody()
            body.begin("{")
            body.next("session_id")
            body.write(text: name.id)
            for (name, date) in times {
                body.next(name)
                body.write(text: Timestamp(date).rawValue)
            }
            body.next("messages")
            body.write(plain: String(decoding: session.json, as: UTF8.self))
            body.end("}")
            return body
        }
        return Response(status: .ok, headers: [.contentType: "application/json"], body: ResponseBody(byteBuffer: body.buffer))
    }

    private static func name(_ context: RoostContext) throws -> SessionStore.Name {
        let id = try context.parameters.require("id")
        return SessionStore.Name(client: context.owner, id: id.removingPercentEncoding ?? id)
    }
}
