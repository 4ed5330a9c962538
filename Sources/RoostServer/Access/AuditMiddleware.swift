import Access
import Foundation
import HTTPServing
import HTTPTypes
import Hummingbird
import Logging
import RoostCore

/// Records each action that changes something: who, when, what, to what, and with which status. The entry is on the disk
/// before the answer is sent.
///
/// Requests to models are not recorded, which the usage counts, nor those without a key, with which strangers could fill
/// the disk.
struct AuditMiddleware: RouterMiddleware {
    let store: KeyStore

    @concurrent func handle(
        _ request: Request, context: RoostContext, next: @concurrent (Request, RoostContext) async throws -> Response
    ) async throws -> Response {
        guard let pattern = context.endpointPath, context.caller.isKnown, Self.isRecorded(request.method, pattern) else {
            return try await next(request, context)
        }
        let note = AuditNote()
        let response = try await AuditNote.$current.withValue(note) { try await next(request, context) }
        let caller = context.caller
        let entry = AuditEntry(
            time: Timestamp(Date()), actor: caller.key?.id ?? "local", owner: caller.key?.owner, address: context.address,
            action: "\(request.method) \(pattern)", target: note.target ?? Self.target(pattern, context), outcome: "\(response.status.code)")
        do {
            try await WorkThreads.run { [store] in try store.record(entry) }
        } catch {
            // The action has happened; its answer must not say that it has not.
            context.logger.error(
                "an action could not be recorded in the audit log",
                metadata: ["action": "\(entry.action)", "actor": "\(entry.actor)", "error": "\(error)"])
        }
        return response
    }

    /// Whether a route changes something other than by asking a model.
    static func isRecorded(_ method: HTTPRequest.Method, _ pattern: String) -> Bool {
        guard ![.get, .head, .options].contains(method) else { return false }
        switch RouteScopes.need(of: method, pattern) {
        case .scope(let scopes)?: return !scopes.contains(.chat)
        case .nothing?, .key?: return false
        case nil: return true
        }
    }

    /// The object in the path: what stands where the pattern has parameters.
    private static func target(_ pattern: String, _ context: RoostContext) -> String? {
        let parts = pattern.split(separator: "/").flatMap { part -> [String] in
            if part == "**" { return context.parameters.getCatchAll().map(String.init) }
            guard part.hasPrefix("{"), part.hasSuffix("}") else { return [] }
            return [context.parameters.get(String(part.dropFirst().dropLast()))].compactMap(\.self)
        }
        return parts.isEmpty ? nil : AuditNote.harmless(parts.map { $0.removingPercentEncoding ?? $0 }.joined(separator: "/"))
    }
}
