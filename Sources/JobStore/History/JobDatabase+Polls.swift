import GRDB
public import RoostCore

extension JobDatabase {
    /// Adds to the jobs' `api_call_count`, several hundred jobs in one transaction. The counts are informational and
    /// may be lost in a power cut.
    ///
    /// - Parameters:
    ///   - calls: The number of calls for each job since the last time.
    ///   - time: The time of the last call.
    /// - Throws: `RoostError` with code `database`.
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
