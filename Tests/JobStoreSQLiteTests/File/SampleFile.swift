import Foundation
import GRDB
import JobStoreSQLite
import Logging
import SystemPackage
import TestSupport
import Testing

/// A jobs.db of one test's own, made with SQL as another program would, and damaged as a disk would.
final class SampleFile: Sendable {
    let directory: TemporaryDirectory
    let path: String
    let backups: JobBackupFolder
    let logger = Logger.silent

    /// Where the pages begin and end; the default size of SQLite.
    static let pageSize = 4096

    init() throws {
        directory = try TemporaryDirectory()
        path = directory.path.appending("jobs.db").string
        backups = JobBackupFolder(path: directory.path.appending("backups").string)
    }

    /// A file of schema v1.0 as the Python server makes it.
    convenience init(documented rows: Int) throws {
        try self.init()
        try write { database in
            try database.execute(sql: Self.documentedTable)
            try Self.insert(1...max(1, rows), into: database, events: false, count: rows)
        }
    }

    /// A file of the current schema with jobs `job-00001` on, two events and one file each, everything in the file and nothing in the log.
    convenience init(current rows: Int) throws {
        try self.init()
        try store().close()
        try add(1...max(1, rows), count: rows)
        try? FileManager.default.removeItem(atPath: path + "-shm")
    }

    func store() throws -> JobDatabase { try JobDatabase(path: path, logger: logger) }

    func connection() throws -> DatabaseQueue {
        var configuration = Configuration()
        configuration.busyMode = .timeout(5)
        return try DatabaseQueue(path: path, configuration: configuration)
    }

    /// Changes the file and moves everything from the log into it.
    func write(_ change: @Sendable (Database) throws -> Void) throws {
        let queue = try connection()
        try queue.write(change)
        _ = try queue.writeWithoutTransaction { try $0.checkpoint(.truncate) }
        try queue.close()
    }

    func read<Value>(_ query: (Database) throws -> Value) throws -> Value {
        let queue = try connection()
        defer { try? queue.close() }
        return try queue.read(query)
    }

    /// Adds jobs with their events and files.
    func add(_ numbers: ClosedRange<Int>, count: Int? = nil) throws {
        try write { try Self.insert(numbers, into: $0, events: true, count: count ?? numbers.count) }
    }

    static func insert(_ numbers: ClosedRange<Int>, into database: Database, events: Bool, count: Int) throws {
        for number in numbers.prefix(count) {
            let id = name(number)
            try database.execute(
                sql: """
                    INSERT INTO jobs (id, model, quantize, init, status, created_at, finished_at, local_path, size_bytes)
                    VALUES (?, ?, 'auto', 1, 'succeeded', ?, ?, ?, ?)
                    """,
                arguments: [id, "org/name-\(number)", time(number), time(number + 1), "/models/\(id)", number])
            guard events else { continue }
            for kind in ["created", "finished"] {
                try database.execute(
                    sql: "INSERT INTO job_events (job_id, time, kind, status, message) VALUES (?, ?, ?, 'succeeded', 'a message of some length')",
                    arguments: [id, time(number), kind])
            }
            try database.execute(
                sql: "INSERT INTO job_files (job_id, path, size, digest) VALUES (?, 'model.gguf', ?, 'sha256:00')", arguments: [id, number])
        }
    }

    static func name(_ number: Int) -> String { "job-\(String(100_000 + number).dropFirst())" }

    private static func time(_ number: Int) -> String {
        "2026-01-\(String(format: "%02d", 1 + number / 2000 % 28))T00:\(String(format: "%02d:%02d", number / 60 % 60, number % 60)).000Z"
    }

    /// The numbers of the jobs in the file.
    func jobs() throws -> [Int] {
        try read { try String.fetchAll($0, sql: "SELECT id FROM jobs ORDER BY id") }.compactMap { Int($0.dropFirst(4)) }
    }

    func count(_ table: String) throws -> Int { try read { try Int.fetchOne($0, sql: "SELECT count(*) FROM \(table)") ?? 0 } }

    /// The table as the Python server makes it.
    static let documentedTable = """
        CREATE TABLE jobs (
            id TEXT PRIMARY KEY, model TEXT NOT NULL, quantize TEXT, init BOOLEAN, status TEXT NOT NULL DEFAULT 'queued', created_at TEXT NOT NULL,
            started_at TEXT, finished_at TEXT, error TEXT, traceback TEXT, local_path TEXT, size_bytes INTEGER,
            downloaded_bytes INTEGER DEFAULT 0, progress REAL, total_bytes INTEGER, preferred_quantized BOOLEAN
        )
        """
}

extension SampleFile {
    /// The kinds of pages by their first byte.
    enum Page: UInt8 { case tableLeaf = 0x0D, indexLeaf = 0x0A }

    var bytes: Data { FileManager.default.contents(atPath: path) ?? Data() }

    /// Everything in the folder, with its bytes.
    func snapshot() throws -> [String: Data] {
        let names = try FileManager.default.subpathsOfDirectory(atPath: directory.path.string)
        return Dictionary(
            uniqueKeysWithValues: names.map { ($0, FileManager.default.contents(atPath: directory.path.appending($0).string) ?? Data()) })
    }

    /// The pages of a kind that hold a text, counted from 0.
    func pages(_ kind: Page, holding text: String) -> [Int] {
        let all = bytes
        return (1..<all.count / Self.pageSize).filter { number in
            let page = all.subdata(in: number * Self.pageSize..<(number + 1) * Self.pageSize)
            return page.first == kind.rawValue && page.range(of: Data(text.utf8)) != nil
        }
    }

    /// The page that holds the row of a job.
    func page(ofJob number: Int) throws -> Int { try #require(pages(.tableLeaf, holding: "/models/\(Self.name(number))").first) }

    /// The root page of a table, counted from 0.
    func root(of table: String) throws -> Int {
        try read { try Int.fetchOne($0, sql: "SELECT rootpage FROM sqlite_master WHERE name = ?", arguments: [table]) ?? 0 } - 1
    }

    /// Overwrites a page with what a failing disk may leave there.
    func damage(page: Int, from offset: Int = 0) throws {
        let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
        try file.seek(toOffset: UInt64(page * Self.pageSize + offset))
        try file.write(contentsOf: Data(repeating: 0xA5, count: Self.pageSize - offset))
        try file.close()
    }

    /// Repairs the file as the store does when it opens it.
    func recover() throws -> JobRecoveryReport { try JobFileRecovery.recover(path: path, backups: backups, logger: logger) }
}
