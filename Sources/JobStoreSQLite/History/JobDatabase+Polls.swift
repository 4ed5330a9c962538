import GRDB
public import RoostCore

extension JobDatabase {
    /// Adds to the jobs' `api_call_count`, several hundred jobs in one transaction: see `JobStore.countAPICalls`.
    public func countAPICalls(_ calls: [String: Int], lastAt time: Timestamp) async throws {
        var rest = Array(calls)[...]
        while !rest.isEmpty {
            try await change(.relaxed) { [part = rest.prefix(500)] transaction in
                let update = try transaction.database.cachedStatement(
                    sql: "UPDATE jobs SET api_call_count = api_call_count + ?, last_api_call = ? WHERE id = ?")
                for (id, count) in part { try update.execute(arguments: [count, time.rawValue, id]) }
            }
            rest = rest.dropFirst(500)
        }
    }
}
