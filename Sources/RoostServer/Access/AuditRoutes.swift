import Access
import HTTPServing
import Hummingbird
import RoostCore

/// `GET /audit`: what was done, by whom.
struct AuditRoutes: Sendable {
    let store: KeyStore

    func add(to router: Router<RoostContext>) {
        router.get("audit") { request, _ in
            let filter = try Self.filter(QueryFields(request))
            return try await WorkThreads.run { [store] in JSON.response(["audit": try store.audit(filter)]) }
        }
    }

    private static func filter(_ query: QueryFields) throws -> AuditFilter {
        var filter = AuditFilter()
        filter.actor = try query.string("actor", bytes: 1...64)
        filter.action = try query.string("action", bytes: 1...128)
        filter.since = try query.time("since")
        filter.before = try query.int("before", in: 1...Int.max).map(Int64.init)
        filter.limit = try query.int("limit", in: 1...1000) ?? filter.limit
        return filter
    }
}
