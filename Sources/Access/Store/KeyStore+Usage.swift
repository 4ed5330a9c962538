import GRDB
import RoostCore

extension KeyStore {
    /// Adds to the counts of days.
    ///
    /// - Parameter counts: The counts since the last time.
    /// - Throws: `RoostError` with code `database` or `insufficientSpace`; nothing is then added.
    package func addUsage(_ counts: [UsagePlace: UsageCounts]) throws {
        try change { database in
            let statement = try database.cachedStatement(sql: Self.add)
            for (place, counts) in counts {
                try statement.execute(arguments: [
                    place.day, place.key, place.model, counts.requests, counts.errors, counts.promptTokens, counts.cachedTokens,
                    counts.generatedTokens,
                ])
            }
        }
    }

    /// Returns counts, the newest day first.
    ///
    /// - Parameter filter: Which.
    /// - Returns: At most `filter.limit` rows, and the sum of all rows that match.
    /// - Throws: `RoostError` with code `database`.
    package func usage(_ filter: UsageFilter) throws -> (rows: [(place: UsagePlace, counts: UsageCounts)], total: UsageCounts) {
        let (condition, arguments) = Self.condition(filter)
        return try reading { database in
            let rows = try Row.fetchAll(
                database, sql: "SELECT day, key, model, \(Self.numbers) FROM usage \(condition) ORDER BY day DESC, key, model LIMIT ?",
                arguments: arguments + [filter.limit])
            let sums = Self.columns.map { "coalesce(sum(\($0)), 0) AS \($0)" }.joined(separator: ", ")
            let total = try Row.fetchOne(database, sql: "SELECT \(sums) FROM usage \(condition)", arguments: arguments)
            return (
                rows.map { (UsagePlace(day: $0["day"], key: $0["key"], model: $0["model"]), UsageCounts($0)) },
                total.map { UsageCounts($0) } ?? UsageCounts()
            )
        }
    }

    /// Returns what each key has used on a day.
    ///
    /// - Parameter day: `2026-01-31`.
    /// - Returns: The counts of all models together, by key.
    /// - Throws: `RoostError` with code `database`.
    package func usage(on day: String) throws -> [String: UsageCounts] {
        try reading { database in
            let sums = Self.columns.map { "sum(\($0)) AS \($0)" }.joined(separator: ", ")
            let rows = try Row.fetchAll(database, sql: "SELECT key, \(sums) FROM usage WHERE day = ? GROUP BY key", arguments: [day])
            return Dictionary(rows.map { ($0["key"] as String, UsageCounts($0)) }) { first, _ in first }
        }
    }

    private static let columns = ["requests", "errors", "prompt_tokens", "cached_tokens", "generated_tokens"]
    private static let numbers = columns.joined(separator: ", ")

    private static let add = """
        INSERT INTO usage (day, key, model, \(numbers)) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (day, key, model) DO UPDATE SET \(columns.map { "\($0) = \($0) + excluded.\($0)" }.joined(separator: ", "))
        """

    private static func condition(_ filter: UsageFilter) -> (sql: String, arguments: StatementArguments) {
        let parts: [(sql: String, value: String?)] = [
            ("key = ?", filter.key), ("key IN (SELECT id FROM keys WHERE owner = ?)", filter.owner), ("model = ?", filter.model),
            ("day >= ?", filter.from), ("day <= ?", filter.to),
        ]
        let given = parts.filter { $0.value != nil }
        return (given.isEmpty ? "" : "WHERE " + given.map(\.sql).joined(separator: " AND "), StatementArguments(given.compactMap(\.value)))
    }
}

extension UsageCounts {
    fileprivate init(_ row: Row) {
        self.init()
        requests = row["requests"]
        errors = row["errors"]
        promptTokens = row["prompt_tokens"]
        cachedTokens = row["cached_tokens"]
        generatedTokens = row["generated_tokens"]
    }
}
