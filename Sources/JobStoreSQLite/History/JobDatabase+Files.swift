import Foundation
import GRDB
public import JobStore
public import RoostCore

extension JobDatabase {
    /// Returns the files of a job, read on a separate thread: see `JobStore.files`.
    public func files(of id: String) async throws -> [JobFile] {
        guard id.isWholeInSQLite else { return [] }
        return try await readAside { try JobFile.fetchAll($0, of: id) }
    }

    /// Records the files of a job: see `JobStore.setFiles`.
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

    /// Records which bytes of files are verified: see `JobStore.setVerified`.
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
