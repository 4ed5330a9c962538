import Foundation
import GRDB
import RoostCore
import Synchronization
import SystemPackage

/// A SQLite file with conversations that the server keeps for its clients: opened when it is used first, and begun again if it
/// is damaged.
final class ConversationFile: Sendable {
    private let path: FilePath
    private let schema: String
    /// What is kept, such as `session`, and what a client can do without that.
    private let words: (what: String, without: String)
    private let prepare: @Sendable (Database) throws -> Void
    private let opened = Mutex<DatabaseQueue?>(nil)
    private let threads: FairThreads<Void>

    /// Creates the value; the file need not exist.
    ///
    /// - Parameters:
    ///   - path: The file.
    ///   - schema: The SQL that creates the tables if they do not exist.
    ///   - what: What is kept, such as `session`.
    ///   - without: What a client can do when the file cannot be used; the end of a sentence.
    ///   - prepare: Work in a transaction when the file was opened.
    init(path: FilePath, schema: String, what: String, without: String, prepare: @escaping @Sendable (Database) throws -> Void = { _ in }) {
        self.path = path
        self.schema = schema
        self.prepare = prepare
        words = (what, without)
        threads = FairThreads("\(what)s", [()])
    }

    /// Runs work in a transaction, and returns when its changes are on the disk. Clients take turns.
    ///
    /// - Parameter work: The work; it runs on the file's own thread.
    /// - Returns: The result of `work`.
    /// - Throws: `RoostError` with code `database` or `insufficientSpace`; `CancellationError` before its turn; the errors of `work`.
    func write<Value: Sendable>(_ work: @escaping @Sendable (Database) throws -> Value) async throws -> Value {
        do {
            return try await threads.run { _ in
                let queue = try self.open()
                do {
                    return try queue.write(work)
                } catch let error as DatabaseError where Self.meansDamage(error) {
                    // The damage of a page shows when it is read first. The changes of the work were not made.
                    return try self.replace(queue).write(work)
                }
            }
        } catch let error as RoostError {
            throw error
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            let isFull = (error as? DatabaseError)?.resultCode == .SQLITE_FULL
            throw RoostError(
                isFull ? .insufficientSpace : .database,
                "The \(words.what) could not be kept or read in \(path): \(error). \(isFull ? "Free some space" : "Check the file and its folder"), or \(words.without).",
                cause: error)
        }
    }

    private func open() throws -> DatabaseQueue {
        try opened.withLock { queue in
            if let queue { return queue }
            let new: DatabaseQueue
            do {
                new = try makeQueue()
            } catch let error as DatabaseError where Self.meansDamage(error) {
                try setAside()
                new = try makeQueue()
            }
            queue = new
            return new
        }
    }

    /// Begins the file again, unless another caller has done that since this queue was opened.
    private func replace(_ damaged: DatabaseQueue) throws -> DatabaseQueue {
        try opened.withLock { queue in
            if let queue, queue !== damaged { return queue }
            queue = nil
            try damaged.close()
            try setAside()
            let new = try makeQueue()
            queue = new
            return new
        }
    }

    private static func meansDamage(_ error: DatabaseError) -> Bool { [.SQLITE_NOTADB, .SQLITE_CORRUPT].contains(error.resultCode) }

    /// Conversations of some days are worth less than a server that answers. The file stays for a repair.
    private func setAside() throws {
        for end in ["", "-wal", "-shm"] where FileManager.default.fileExists(atPath: path.string + end) {
            try? FileManager.default.removeItem(atPath: "\(path.string).damaged\(end)")
            try FileManager.default.moveItem(atPath: path.string + end, toPath: "\(path.string).damaged\(end)")
        }
    }

    private func makeQueue() throws -> DatabaseQueue {
        // SQLite gives its other files the mode of this one.
        try FileDescriptor.open(path, .readWrite, options: [.create, .closeOnExec, .noFollow], permissions: .ownerReadWrite).close()
        var configuration = Configuration()
        configuration.label = path.lastComponent?.string
        configuration.busyMode = .timeout(5)
        configuration.journalMode = .wal
        configuration.prepareDatabase { database in
            // What is deleted is overwritten.
            try database.execute(
                sql: "PRAGMA trusted_schema = OFF; PRAGMA secure_delete = ON; PRAGMA journal_size_limit = 16777216; PRAGMA fullfsync = ON")
        }
        let queue = try DatabaseQueue(path: path.string, configuration: configuration)
        try queue.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous = FULL") }
        try queue.write {
            try $0.execute(sql: schema)
            try prepare($0)
        }
        return queue
    }
}
