import Foundation
import GRDB
import RoostCore

/// How jobs.db and its copies are opened as files, outside of the store: never with a byte changed unless asked for.
enum JobFileConnection {
    /// Opens for reading, also while a server writes. A file in WAL mode gets its `-wal` and `-shm` beside it.
    ///
    /// - Parameters:
    ///   - path: The file; it exists.
    ///   - tolerant: Whether to read on in a file that is shorter than it should be or has a damaged schema.
    /// - Returns: The connection.
    /// - Throws: `DatabaseError`.
    static func reading(_ path: String, tolerant: Bool = false) throws -> DatabaseQueue {
        do {
            return try DatabaseQueue(path: path, configuration: configuration(readonly: true, tolerant: tolerant))
        } catch let error as DatabaseError where error.extendedResultCode == .SQLITE_READONLY_ROLLBACK {
            // A program that was killed left half a transaction of a v1.0 file. Nobody can read it before it is rolled back.
            try writing(path).close()
            return try DatabaseQueue(path: path, configuration: configuration(readonly: true, tolerant: tolerant))
        }
    }

    /// Opens a file that nobody writes, for reading, without locks and without a byte of it changed. What a killed program began in a v1.0 file is
    /// read as it lies.
    ///
    /// Only for a file that no connection of this process has open: closing this one drops the process's locks on it.
    static func readingAtRest(_ path: String) throws -> DatabaseQueue {
        // The write-ahead log is part of the file.
        if try DurableFile.size(of: path + "-wal") ?? 0 > 0 { return try reading(path) }
        var allowed = CharacterSet.urlPathAllowed
        allowed.remove(charactersIn: "?#%")
        guard let encoded = path.addingPercentEncoding(withAllowedCharacters: allowed) else { return try reading(path) }
        do {
            return try DatabaseQueue(path: "file:\(encoded)?immutable=1", configuration: configuration(readonly: true))
        } catch let error as DatabaseError where error.resultCode == .SQLITE_CANTOPEN {
            // An SQLite that was built without URI file names.
            return try reading(path)
        }
    }

    /// Opens the only connection of a file that may be changed.
    static func writing(_ path: String) throws -> DatabaseQueue { try DatabaseQueue(path: path, configuration: configuration(readonly: false)) }

    /// Opens a temporary file that is worthless until it is complete: nothing is forced to the disk, nothing can be rolled back.
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
            // With this SQLite skips what it cannot parse instead of refusing the whole file; the file itself stays read-only.
            if tolerant { try database.execute(sql: "PRAGMA writable_schema = ON") }
        }
        return configuration
    }

    /// An SQLite failure as a sentence for people.
    ///
    /// - Parameters:
    ///   - error: What was thrown.
    ///   - what: What could not be done, such as `read`, for "cannot be read".
    ///   - path: The file.
    /// - Returns: The error to throw; one that is not SQLite's keeps its code.
    static func failure(_ error: any Error, _ what: String, _ path: String) -> any Error {
        guard let error = error as? DatabaseError else {
            return error is CancellationError ? error : RoostError.wrapping(error, as: .database, "\(path) cannot be \(what)")
        }
        let sentence =
            switch error.resultCode {
            case .SQLITE_NOTADB: "\(path) is not a SQLite database."
            case .SQLITE_CORRUPT: "\(path) is damaged and cannot be \(what); `roost db check` tells more."
            case .SQLITE_BUSY, .SQLITE_LOCKED: "\(path) cannot be \(what) because another program holds it; close that program and try again."
            case .SQLITE_FULL: "\(path) cannot be \(what) because the disk is full; free some space and try again."
            case .SQLITE_CANTOPEN, .SQLITE_PERM, .SQLITE_READONLY, .SQLITE_AUTH:
                "\(path) cannot be \(what); check that you may read and write it and its folder."
            default: "\(path) cannot be \(what): \(error)."
            }
        return RoostError(error.resultCode == .SQLITE_FULL ? .insufficientSpace : .database, sentence, cause: error)
    }
}
