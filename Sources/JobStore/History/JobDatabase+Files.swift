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
            let insert = try transaction.database.cachedStatement(sql: JobFile.insert)
            for file in files {
                var file = file
                if file.verified.isEmpty, let same = known[file.path], same.size == file.size, same.digest == file.digest {
                    file.verified = same.verified
                }
                try insert.execute(arguments: StatementArguments([claim.jobID.databaseValue] + file.columnValues))
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
        let texts = ranges.mapValues(\.jsonText)
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
        try ColumnReader.fetchAll(database, sql: select, arguments: [id], JobFile.init)
    }

    private static let select = "SELECT \(columnList) FROM job_files WHERE job_id = ? ORDER BY path"
    fileprivate static let insert = """
        INSERT INTO job_files (job_id, \(columnList)) VALUES (?, \(columnNames.map { _ in "?" }.joined(separator: ", ")))
        """
}

extension JobFile: StoredRow {
    static var blank: JobFile { JobFile(path: "", size: 0, digest: "") }

    mutating func columns(_ visitor: inout some ColumnVisitor) {
        visitor.column("path", &path)
        visitor.column("size", &size)
        visitor.column("digest", &digest)
        visitor.column("verified", &verified)
    }
}
