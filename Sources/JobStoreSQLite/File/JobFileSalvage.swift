import GRDB
import RoostCore

/// Builds a new jobs.db from a damaged one and, for the missing rows, from a backup.
struct JobFileSalvage {
    /// The sources of the new file's rows.
    struct Outcome: Equatable {
        var salvagedJobs = 0
        var restoredJobs = 0
        /// Whether all jobs of the damaged file could be read.
        var isComplete = false
        /// The backup that was used for missing rows.
        var backup: String?
    }

    let path: String
    let backup: String?

    /// The tables in the order in which they are filled, with the primary key of those without row numbers.
    private static let tables: [(name: String, key: [String]?)] = [
        ("jobs", nil), ("job_events", nil), ("job_files", ["job_id", "path"]), ("job_webhooks", ["job_id", "url"]),
    ]

    /// Builds the new file.
    ///
    /// - Parameter target: An empty file.
    /// - Returns: The sources of its rows.
    /// - Throws: `DatabaseError` and `RoostError`; also if the new file does not pass `quick_check`.
    func build(_ target: String) throws -> Outcome {
        let new = try JobFileConnection.building(target)
        defer { try? new.close() }
        let outcome = try new.writeWithoutTransaction { database in
            try database.execute(sql: "PRAGMA cache_size = -64000")
            var outcome = Outcome()
            try database.inTransaction {
                try JobSchema.migrate(database)
                let indexes = try takeIndexes(of: database)
                let gaps = try salvage(into: database, &outcome)
                if let gaps, let backup { try fill(gaps, from: backup, into: database, &outcome) }
                try tidy(database)
                for index in indexes { try database.execute(sql: index) }
                return .commit
            }
            return outcome
        }
        let findings = try new.read { try JobFileCheck.findings($0) }
        guard findings.isEmpty else { throw RoostError(.database, "The file repaired from \(path) is not sound: \(findings[0]).") }
        return outcome
    }

    /// The unreadable ranges of each table. A table without row numbers is missing from 1 on, or not at all.
    private typealias Gaps = [String: DamagedTable.Lost]

    /// - Returns: `nil` if nothing is missing.
    private func salvage(into new: Database, _ outcome: inout Outcome) throws -> Gaps? {
        let before = outcome
        var best = try attempt(path, into: new, &outcome)
        let scratch = DurableFile.partialName(for: path)
        defer { DurableFile.discard(scratch) }
        if best == nil {
            for donor in [backup, try freshFile(scratch + ".new")].compactMap({ $0 }) where best == nil {
                outcome = before
                try JobFileGraft.make(of: path, firstPageOf: donor, at: scratch)
                best = try attempt(scratch, into: new, &outcome)
            }
            DurableFile.discard(scratch + ".new")
        }
        let everything: DamagedTable.Lost = [1...Int64.max]
        let gaps = best ?? Dictionary(uniqueKeysWithValues: Self.tables.map { ($0.name, everything) })
        outcome.isComplete = best?["jobs"]?.isEmpty == true
        return gaps.values.allSatisfy(\.isEmpty) ? nil : gaps
    }

    /// Reads one file.
    ///
    /// - Returns: The unreadable ranges; `nil` if the tables could not be found, or if a copy with a replaced first
    ///   page has no job where the jobs should be.
    private func attempt(_ file: String, into new: Database, _ outcome: inout Outcome) throws -> Gaps? {
        do {
            let source = try JobFileConnection.reading(file, tolerant: true)
            defer { try? source.close() }
            // Without a transaction: SQLite cannot end a transaction that met damage.
            return try source.unsafeRead { damaged in
                guard try !Self.columns(of: "jobs", in: damaged).isEmpty else { return nil }
                var gaps: Gaps = [:]
                for (table, key) in Self.tables {
                    gaps[table] = try copy(table, key: key, from: damaged, into: new) { outcome.salvagedJobs += $0 }
                }
                guard file == path || outcome.salvagedJobs > 0 else { return nil }
                try keepSequence(of: damaged, in: new)
                return gaps
            }
        } catch let error as DatabaseError where error.isDamage {
            return nil
        }
    }

    /// Copies the readable rows of a table, calls `count` for each job that is new, and returns the unreadable ranges.
    private func copy(
        _ table: String, key: [String]?, from source: Database, into new: Database, within gaps: DamagedTable.Lost? = nil,
        count: (Int) -> Void
    ) throws -> DamagedTable.Lost {
        let present = try Self.columns(of: table, in: source)
        let columns = try new.columns(in: table).map(\.name).filter(present.contains)
        guard !columns.isEmpty else {
            // A file of schema v1.0 has only the table of jobs, so nothing is missing. In any other file, the entry of
            // the table was damaged.
            return try Int32.fetchOne(source, sql: "PRAGMA user_version") ?? 0 >= JobSchema.firstMarked ? [1...Int64.max] : []
        }
        let reader = DamagedTable(name: table, columns: columns, database: source)
        let writer = try SalvagedTable(name: table, columns: columns, database: new)
        if let key {
            let isComplete = try reader.readAll(key: key, jobs: { try String.fetchAll(new, sql: "SELECT id FROM jobs") }) {
                try writer.insert(row: nil, $0)
            }
            return isComplete ? [] : [1...Int64.max]
        }
        return try reader.readAll(in: gaps ?? [1...Int64.max]) { row, values in
            if try writer.insert(row: row, values), table == "jobs" { count(1) }
        }
    }

    /// Adds the backup's rows from the ranges that could not be read in the damaged file. Rows that were deleted after
    /// the backup remain deleted.
    private func fill(_ gaps: Gaps, from backup: String, into new: Database, _ outcome: inout Outcome) throws {
        let source = try JobFileConnection.readingAtRest(backup)
        defer { try? source.close() }
        outcome.backup = backup
        try source.read { sound in
            for (table, key) in Self.tables {
                guard let lost = gaps[table], !lost.isEmpty else { continue }
                _ = try copy(table, key: key, from: sound, into: new, within: lost) { outcome.restoredJobs += $0 }
            }
        }
    }

    /// Removes the indexes that are not unique, because creating them after all rows are present is faster.
    ///
    /// - Returns: The statements that create them.
    private func takeIndexes(of new: Database) throws -> [String] {
        let indexes = try Row.fetchAll(new, sql: "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql LIKE 'CREATE INDEX %'")
        for index in indexes { try new.execute(sql: "DROP INDEX \((index[0] as String).quotedDatabaseIdentifier)") }
        return indexes.map { $0[1] }
    }

    /// Removes the rows that belong to lost jobs.
    private func tidy(_ new: Database) throws {
        for (table, _) in Self.tables.dropFirst() {
            try new.execute(sql: "DELETE FROM \(table) WHERE job_id NOT IN (SELECT id FROM jobs WHERE id IS NOT NULL)")
        }
        try JobTags.listAll(new)
    }

    /// Keeps the sequence of event numbers, so that numbers are never reused, not even those of lost events: clients
    /// ask for the events after a number.
    private func keepSequence(of damaged: Database, in new: Database) throws {
        do {
            guard let last = try Int64.fetchOne(damaged, sql: "SELECT seq FROM sqlite_sequence WHERE name = 'job_events'") else { return }
            try new.execute(sql: "UPDATE sqlite_sequence SET seq = max(seq, ?) WHERE name = 'job_events'", arguments: [last])
            guard new.changesCount == 0 else { return }
            try new.execute(sql: "INSERT INTO sqlite_sequence (name, seq) VALUES ('job_events', ?)", arguments: [last])
        } catch let error as DatabaseError where error.isDamage || error.resultCode == .SQLITE_ERROR {
            return  // The sequence is damaged or, in a v1.0 file, absent; the highest number that was read then applies.
        }
    }

    /// The columns of a table according to the file; empty if the table does not exist or cannot be found.
    private static func columns(of table: String, in database: Database) throws -> [String] {
        do {
            return try String.fetchAll(database, sql: "SELECT name FROM pragma_table_info(?)", arguments: [table])
        } catch let error as DatabaseError where error.isDamage {
            return []
        }
    }

    private func freshFile(_ path: String) throws -> String {
        DurableFile.discard(path)
        try DurableFile.createPrivate(path)
        let queue = try JobFileConnection.building(path)
        defer { try? queue.close() }
        try queue.write { try JobSchema.migrate($0) }
        return path
    }
}
