import Access
import Foundation
import HTTPServing
import Hummingbird
import RoostAPI
import RoostCore

/// `GET /usage`: what keys have used, by day and model.
struct UsageRoutes: Sendable {
    let store: KeyStore
    let accounts: KeyAccounts

    func add(to router: Router<RoostContext>) { router.get("usage", use: usage) }

    private func usage(_ request: Request, context: RoostContext) async throws -> Response {
        let filter = try Self.filter(QueryFields(request), for: context.caller)
        // What was used until now is in the answer.
        await accounts.write()
        return try await WorkThreads.run { [store] in
            let (rows, total) = try store.usage(filter)
            return JSON.response(
                UsageReport(
                    usage: rows.map { .init(day: $0.place.day, key: $0.place.key, model: $0.place.model, counts: .init($0.counts)) },
                    total: .init(total)))
        }
    }

    /// - Throws: `RoostError` with code `invalidRequest`, or `forbidden` when a key that is not an admin's asks for another
    ///   one's usage.
    private static func filter(_ query: QueryFields, for caller: Caller) throws -> UsageFilter {
        var filter = UsageFilter()
        filter.key = try query.string("key", bytes: 1...64)
        filter.model = try query.string("model", bytes: 1...ModelReference.byteLimit).map { try ModelReference(parsing: $0).description }
        filter.from = try day(query, "from")
        filter.to = try day(query, "to")
        filter.limit = try query.int("limit", in: 1...10_000) ?? filter.limit
        guard let key = caller.key, !key.isAdmin else { return filter }
        guard filter.key ?? key.id == key.id else {
            throw RoostError(.forbidden, "This key sees its own usage only; leave `key` out, or name \(key.id).", field: "key")
        }
        filter.key = key.id
        return filter
    }

    private static func day(_ query: QueryFields, _ name: String) throws -> String? {
        guard let text = query.text(name) else { return nil }
        guard text.wholeMatch(of: /\d{4}-\d{2}-\d{2}/) != nil, Timestamp(utc: text + "T00:00:00Z") != nil else {
            throw query.wrong(name, "must be a day in UTC such as 2026-01-31")
        }
        return text
    }
}

extension UsageReport.Counts {
    fileprivate init(_ counts: UsageCounts) {
        self.init(
            requests: counts.requests, errors: counts.errors, promptTokens: counts.promptTokens, cachedTokens: counts.cachedTokens,
            generatedTokens: counts.generatedTokens)
    }
}
