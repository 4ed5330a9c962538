import DurableFiles
public import Foundation
import RoostCore
import SystemPackage

/// The folder of backups, `backups` in the home folder. A name consists of time and reason:
/// `jobs-20260102T030405.678Z-scheduled.db`.
public struct JobBackupFolder: Sendable, Hashable {
    /// One backup.
    public struct Entry: Sendable, Hashable, Codable {
        /// The path of the file.
        public let path: String
        /// The time of the backup, from its name: `20260102T030405.678Z`.
        public let time: String
        /// The reason for the backup.
        public let reason: JobBackupReason

        init?(folder: String, name: String) {
            let stem = "jobs-"
            guard name.hasPrefix(stem), name.hasSuffix(".db") else { return nil }
            let middle = name.dropFirst(stem.count).dropLast(3)
            let time = middle.prefix(FileTime.length)
            guard FileTime.isTime(time), let reason = JobBackupReason(rawValue: String(middle.dropFirst(time.count + 1))),
                middle.dropFirst(time.count).first == "-"
            else { return nil }
            path = "\(folder)/\(name)"
            self.time = String(time)
            self.reason = reason
        }
    }

    /// The folder's path.
    public let path: String

    /// Creates a reference to the folder, without creating the folder.
    ///
    /// - Parameter path: The folder's path.
    public init(path: String) { self.path = path }

    /// The path of a new backup.
    ///
    /// - Parameters:
    ///   - reason: The reason for the backup.
    ///   - date: The time of the backup.
    /// - Returns: The path.
    public func destination(reason: JobBackupReason, at date: Date = Date()) -> String {
        "\(path)/jobs-\(FileTime.text(date))-\(reason.rawValue).db"
    }

    /// Makes a backup, and creates the folder if needed.
    ///
    /// - Parameters:
    ///   - source: The file to copy.
    ///   - reason: The reason for the backup.
    ///   - date: The time for its name. If that name exists, the next free millisecond is used.
    /// - Returns: The result of the copy.
    /// - Throws: `RoostError`, like `JobBackup.make`.
    @discardableResult
    public func make(of source: String, reason: JobBackupReason, at date: Date = Date()) throws -> JobBackup.Summary {
        try FileSystem.makePrivateFolder(FilePath(path))
        var date = date
        while FileManager.default.fileExists(atPath: destination(reason: reason, at: date)) { date += 0.001 }
        return try JobBackup.make(of: source, to: destination(reason: reason, at: date))
    }

    /// Returns all backups, newest first. Files with other names are ignored.
    ///
    /// - Returns: The backups; empty if the folder does not exist.
    public func list() -> [Entry] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        return names.compactMap { Entry(folder: path, name: $0) }.sorted { ($0.time, $0.path) > ($1.time, $1.path) }
    }

    /// Returns all backups, newest first, followed by the backups whose names contain a future time. These were made
    /// while the clock was wrong and are older than their names say.
    ///
    /// - Parameter now: The current time.
    /// - Returns: The backups.
    public func list(at now: Date) -> [Entry] {
        let (all, text) = (list(), FileTime.text(now))
        return all.filter { $0.time <= text } + all.filter { $0.time > text }
    }

    /// Returns the newest backup that is sound, readable by this version, and of the present file's own history.
    ///
    /// Backups made before a restore or a reset, and older ones, belong to a file that was replaced on purpose. Only
    /// the user can choose them.
    ///
    /// - Parameter now: The current time.
    /// - Returns: The backup, or `nil`.
    public func newestGood(at now: Date = Date()) -> Entry? {
        list(at: now).prefix { !$0.reason.endsHistory }.first(where: Self.isGood)
    }

    /// Deletes the oldest scheduled backups until `count` of them remain, and the remains of unfinished copies.
    ///
    /// The newest sound backup is kept at any age, so that damaged backups do not displace it. Backups for other
    /// reasons are never deleted.
    ///
    /// - Parameters:
    ///   - count: The number of scheduled backups to keep; at least 1.
    ///   - now: The current time. Backups whose names contain a later time are deleted first.
    /// - Returns: The deleted backups.
    /// - Throws: `RoostError` with code `fileSystem`.
    @discardableResult
    public func rotate(keeping count: Int, at now: Date = Date()) throws -> [String] {
        try DurableFile.removeLeftovers(in: path, of: "jobs-")
        let scheduled = list(at: now).filter { $0.reason == .scheduled }
        let kept = scheduled.prefix(max(1, count))
        let spared = kept.contains(where: Self.isGood) ? nil : scheduled.first(where: Self.isGood)
        let surplus = scheduled.dropFirst(kept.count).filter { $0 != spared }
        for entry in surplus { try DurableFile.remove(entry.path) }
        if !surplus.isEmpty { try FileSystem.flushFolder(FilePath(path)) }
        return surplus.map(\.path)
    }

    private static func isGood(_ entry: Entry) -> Bool {
        guard let kind = try? JobFileInspection(path: entry.path).kind else { return false }
        switch kind {
        case .documented, .earlier, .current: return (try? JobFileCheck.quickCheckAtRest(entry.path).isEmpty) ?? false
        case .absent, .newer, .foreign, .notADatabase: return false
        }
    }
}
