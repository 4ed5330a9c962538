import Foundation
import GRDB
import RoostCore

/// Opens jobs.db and its copies as files, outside of the store. A file is changed only by connections made for writing.
enum JobFileConnection {
    /// Opens a file for reading, also while a server writes. A file in WAL mode gets its `-wal` and `-shm` beside it.
    ///
    /// - Parameters:
    ///   - path: An existing file.
    ///   - tolerant: Whether to continue reading a file that is too short or has a damaged schema.
    /// - Returns: The connection.
    /// - Throws: `DatabaseError`.
    static func reading(_ path: String, tolerant: Bool = false) throws -> DatabaseQueue {
        do {
            return try DatabaseQueue(path: path, configuration: configuration(readonly: true, tolerant: tolerant))
        } catch let error as DatabaseError where error.extendedResultCode == .SQLITE_READONLY_ROLLBACK {
            // A killed program left an unfinished transaction in a v1.0 file. The file is readable only after a
            // rollback.
            try writing(path).close()
            return try DatabaseQueue(path: path, configuration: configuration(readonly: true, tolerant: tolerant))
        }
    }

    /// Opens a file that is not in use, for reading, without locks and without changing it. An unfinished transaction
    /// of a killed program in a v1.0 file is not rolled back.
    ///
    /// Only for a file that no connection of this process has open: closing this connection drops the process's locks
    /// on it.
    static func readingAtRest(_ path: String) throws -> DatabaseQueue {
        // The write-ahead log is part of the file.
        if try DurableFile.size(of: path + "-wal") ?? 0 > 0 { return try reading(path) }
        var allowed = CharacterSet.urlPathAllowed
        allowed.remove(charactersIn: "?#%")
        guard let encoded = path.addingPercentEncoding(withAllowedCharacters: allowed) else { return try reading(path) }
        do {
            return try DatabaseQueue(path: "file:\(encoded)?immutable=1", configuration: configuration(readonly: true))
        } catch let error as DatabaseError where error.resultCode == .SQLITE_CANTOPEN {
            // This SQLite was built without support for URI file names.
            return try reading(path)
        }
    }

    /// Opens a file for writing, as its only connection.
    static func writing(_ path: String) throws -> DatabaseQueue { try DatabaseQueue(path: path, configuration: configuration(readonly: false)) }

    /// Opens a temporary file that has no value until it is complete: without flushing and without rollback.
    static func building(_ path: String) throws -> DatabaseQueue {
        var configuration = configuration(readonly: false)
        configuration.foreignKeysEnabled = false
        configuration.prepareDatabase { try $0.execute(sql: "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF") }
        return try DatabaseQueue(path: path, configuration: configuration)
    }

    private static func configuration(readonly: Bool, tolerant: Bool = false) -> Configuration {
        var configuration = Configuration()
        configuration.readonly = readonly
        configuration.busyMode = .timeout(5)
        configuration.label = "jobs.db file"
        configuration.prepareDatabase { database in
            try database.execute(sql: "PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; PRAGMA mmap_size = 0")
            // With this setting SQLite skips schema entries that it cannot parse, instead of refusing the whole file.
            // The file remains read-only.
            if tolerant { try database.execute(sql: "PRAGMA writable_schema = ON") }
        }
        return configuration
    }

    /// Converts an SQLite error into a sentence for users.
    ///
    /// - Parameters:
    ///   - error: The error.
    ///   - what: The failed action, such as `read` in "cannot be read".
    ///   - path: The file.
    /// - Returns: The error to throw. An error that is not from SQLite keeps its code.
    static func failure(_ error: any Error, _ what: String, _ path: String) -> any Error {
        guard let error = error as? DatabaseError else {
            return error is CancellationError ? error : RoostError.wrapping(error, as: .database, "\(path) cannot be \(what)")
        }
        let sentence =
            switch error.resultCode {
            case .SQLITE_NOTADB: "\(path) is not a SQLite database."
            case .SQLITE_CORRUPT: "\(path) is damaged and cannot be \(what); run `roost db check` for details."
            case .SQLITE_BUSY, .SQLITE_LOCKED: "\(path) cannot be \(what) because another program holds it; close that program and try again."
            case .SQLITE_FULL: "\(path) cannot be \(what) because the disk is full; free some space and try again."
            case .SQLITE_CANTOPEN, .SQLITE_PERM, .SQLITE_READONLY, .SQLITE_AUTH:
                "\(path) cannot be \(what); check that you may read and write it and its folder."
            default: "\(path) cannot be \(what): \(error)."
            }
        return RoostError(error.resultCode == .SQLITE_FULL ? .insufficientSpace : .database, sentence, cause: error)
    }
}
