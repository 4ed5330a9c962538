import GRDB
import GRDBSQLite

/// The settings of every connection to jobs.db.
enum ConnectionSettings {
    /// The time to wait for another program's lock, in seconds.
    static let busyTimeout = 5.0

    /// The only connection that writes. It is also the only one that checkpoints, because the readers are opened
    /// read-only.
    static var writer: Configuration {
        var configuration = common
        configuration.label = "jobs.db writer"
        configuration.prepareDatabase { database in
            try database.execute(
                sql: """
                    PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; PRAGMA secure_delete = FAST; PRAGMA temp_store = MEMORY;
                    PRAGMA cache_size = -16000; PRAGMA journal_size_limit = 67108864;
                    PRAGMA fullfsync = ON; PRAGMA checkpoint_fullfsync = ON
                    """)
        }
        return configuration
    }

    /// A read-only connection.
    static var reader: Configuration {
        var configuration = common
        configuration.label = "jobs.db reader"
        configuration.readonly = true
        configuration.prepareDatabase { database in
            try database.execute(sql: "PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; PRAGMA query_only = ON; PRAGMA cache_size = -8000")
        }
        return configuration
    }

    /// Sets how long a connection waits for another program's lock, in seconds. A closed connection is ignored.
    static func setBusyTimeout(of database: Database, to seconds: Double) {
        if let connection = database.sqliteConnection { sqlite3_busy_timeout(connection, Int32(seconds * 1000)) }
    }

    private static var common: Configuration {
        var configuration = Configuration()
        configuration.busyMode = .timeout(busyTimeout)
        return configuration
    }
}
