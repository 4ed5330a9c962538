import Foundation
import GRDB
public import RoostCore

extension JobDatabase {
    /// Returns the files of a job, ordered by path; empty before the job is planned.
    ///
    /// - Parameter id: The job's id.
    /// - Returns: The files.
    /// - Throws: `RoostError` with code `database`.
    public func files(of id: String) throws -> [JobFile] {
        guard id.isWholeInSQLite else { return [] }
        return try read { try JobFile.fetchAll($0, of: id) }
    }

    /// Records the files of a job and replaces an earlier plan. The verified ranges of unchanged files are kept.
    ///
    /// - Parameters:
    ///   - files: The files.
    ///   - claim: The worker's claim.
    /// - Returns: Whether the claim still holds; if not, nothing was changed.
    /// - Throws: `RoostError` with code `database`.
    @discardableResult
    public func setFiles(_ files: [JobFile], of claim: JobClaim) async throws -> Bool {
        try await change(.relaxed) { transaction in
            guard try transaction.job(claim) != nil else { return false }
            let known = Dictionary(
                try JobFile.fetchAll(transaction.database, of: claim.jobID).map { ($0.path, $0) }, uniquingKeysWith: { first, _ in first })
            try transaction.database.execute(sql: "DELETE FROM job_files WHERE job_id = ?", arguments: [claim.jobID])
            let insert = try transaction.database.cachedStatement(
                sql: "INSERT INTO job_files (job_id, path, size, digest, verified) VALUES (?, ?, ?, ?, ?)")
            for file in files {
                var file = file
                if file.verified.isEmpty, let same = known[file.path], same.size == file.size, same.digest == file.digest {
                    file.verified = same.verified
                }
                try insert.execute(arguments: [claim.jobID, file.path, file.size, file.digest, try file.verifiedText()])
            }
            return true
        }
    }

    /// Records which bytes of files are downloaded and verified. Flush the bytes to the disk first: otherwise the
    /// record is wrong after a power cut.
    ///
    /// - Parameters:
    ///   - ranges: The ranges as in `JobFile.verified`, by path. Paths that are not in the plan are ignored.
    ///   - claim: The worker's claim.
    /// - Returns: Whether the claim still holds; if not, nothing was changed.
    /// - Throws: `RoostError` with code `database`.
    @discardableResult
    public func setVerified(_ ranges: [String: [[Int64]]], in claim: JobClaim) async throws -> Bool {
        let texts = try ranges.mapValues { try JobFile(path: "", size: 0, digest: "", verified: $0).verifiedText() }
        return try await change(.relaxed) { transaction in
            guard try transaction.job(claim) != nil else { return false }
            let update = try transaction.database.cachedStatement(sql: "UPDATE job_files SET verified = ? WHERE job_id = ? AND path = ?")
            for (path, text) in texts { try update.execute(arguments: [text, claim.jobID, path]) }
            return true
        }
    }
}

extension JobFile {
    /// Reads the files. Ranges that cannot be read count as not verified.
    fileprivate static func fetchAll(_ database: Database, of id: String) throws -> [JobFile] {
        try ColumnReader.fetchAll(
            database, sql: "SELECT path, size, digest, verified FROM job_files WHERE job_id = ? ORDER BY path", arguments: [id]
        ) { row in
            JobFile(
                path: row.text(0) ?? "", size: row.integer(1) ?? 0, digest: row.text(2) ?? "",
                verified: (try? JSONDecoder().decode([[Int64]].self, from: Data((row.text(3) ?? "").utf8))) ?? [])
        }
    }

    fileprivate func verifiedText() throws -> String { String(decoding: try JSONEncoder().encode(verified), as: UTF8.self) }
}
