public import Foundation
import RoostCore

/// The folder of backups, `backups` in the home. Names tell time and reason: `jobs-20260102T030405.678Z-scheduled.db`.
public struct JobBackupFolder: Sendable, Hashable {
    /// One backup.
    public struct Entry: Sendable, Hashable, Codable {
        /// The file.
        public let path: String
        /// When it was made, as its name says: `20260102T030405.678Z`.
        public let time: String
        /// Why it was made.
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

    /// Names the folder; nothing is made yet.
    ///
    /// - Parameter path: The folder's path.
    public init(path: String) { self.path = path }

    /// Where a backup would go.
    ///
    /// - Parameters:
    ///   - reason: Why it is made.
    ///   - date: When.
    /// - Returns: The path.
    public func destination(reason: JobBackupReason, at date: Date = Date()) -> String {
        "\(path)/jobs-\(FileTime.text(date))-\(reason.rawValue).db"
    }

    /// Makes a backup, and the folder if it is not there.
    ///
    /// - Parameters:
    ///   - source: The file to copy.
    ///   - reason: Why.
    ///   - date: The time in its name; a millisecond that is taken gives way to the next.
    /// - Returns: What was copied.
    /// - Throws: `RoostError` as `JobBackup.make`.
    @discardableResult
    public func make(of source: String, reason: JobBackupReason, at date: Date = Date()) throws -> JobBackup.Summary {
        try DurableFile.makePrivateFolder(path)
        var date = date
        while FileManager.default.fileExists(atPath: destination(reason: reason, at: date)) { date += 0.001 }
        return try JobBackup.make(of: source, to: destination(reason: reason, at: date))
    }

    /// All backups, newest first. Files with other names are not ours and not shown.
    ///
    /// - Returns: The backups; empty when there is no folder.
    public func list() -> [Entry] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        return names.compactMap { Entry(folder: path, name: $0) }.sorted { ($0.time, $0.path) > ($1.time, $1.path) }
    }

    /// All backups, newest first, and behind them those whose names tell a time that is ahead: they were made while the clock was wrong, and are
    /// older than they say.
    ///
    /// - Parameter now: The time.
    /// - Returns: The backups.
    public func list(at now: Date) -> [Entry] {
        let (all, text) = (list(), FileTime.text(now))
        return all.filter { $0.time <= text } + all.filter { $0.time > text }
    }

    /// The newest backup of the present file's own history that is sound and that this version can read.
    ///
    /// Backups made before a restore or a reset, and older ones, are of a file that was set aside on purpose; they are for a person to choose.
    ///
    /// - Parameter now: The time.
    /// - Returns: The backup, or `nil`.
    public func newestGood(at now: Date = Date()) -> Entry? {
        list(at: now).prefix { !$0.reason.endsHistory }.first(where: Self.isGood)
    }

    /// Deletes scheduled backups until so many of them are left, the oldest first, and leftovers of copies that were never finished.
    ///
    /// The newest backup that is sound stays, whatever its age: a row of damaged ones must not push it out. Others are never deleted.
    ///
    /// - Parameters:
    ///   - count: How many to keep; at least 1.
    ///   - now: The time. Backups whose names tell a later one go first.
    /// - Returns: What was deleted.
    /// - Throws: `RoostError` with code `fileSystem`.
    @discardableResult
    public func rotate(keeping count: Int, at now: Date = Date()) throws -> [String] {
        try DurableFile.removeLeftovers(in: path, of: "jobs-")
        let scheduled = list(at: now).filter { $0.reason == .scheduled }
        let kept = scheduled.prefix(max(1, count))
        let spared = kept.contains(where: Self.isGood) ? nil : scheduled.first(where: Self.isGood)
        let surplus = scheduled.dropFirst(kept.count).filter { $0 != spared }
        for entry in surplus { try DurableFile.remove(entry.path) }
        if !surplus.isEmpty { try DurableFile.flushFolder(of: "\(path)/.") }
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
