import Foundation
public import RoostCore

/// What was done about a damaged jobs.db.
///
/// It is kept as `recovery.json` beside the file, so that a server that is restarted soon after still tells it.
public struct JobRecoveryReport: Sendable, Hashable, Codable {
    /// When the damage was repaired.
    public let time: Timestamp
    /// Where the damaged file is kept; its `-wal` and `-shm` are beside it.
    public let quarantinedPath: String
    /// How many jobs were read from the damaged file.
    public let salvagedJobs: Int
    /// How many jobs came from the backup.
    public let restoredJobs: Int
    /// The backup that was needed; `nil` when everything could be read, or there was none.
    public let backup: String?
    /// All of it in a sentence or two for people.
    public let message: String

    enum CodingKeys: String, CodingKey {
        case time
        case quarantinedPath = "quarantined_path"
        case salvagedJobs = "salvaged_jobs"
        case restoredJobs = "restored_jobs"
        case backup, message
    }

    /// Writes all fields, absent ones as `null`.
    ///
    /// - Parameter encoder: Where to.
    /// - Throws: What the encoder throws.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(time, forKey: .time)
        try container.encode(quarantinedPath, forKey: .quarantinedPath)
        try container.encode(salvagedJobs, forKey: .salvagedJobs)
        try container.encode(restoredJobs, forKey: .restoredJobs)
        try container.encode(backup, forKey: .backup)
        try container.encode(message, forKey: .message)
    }

    /// The report of the last repair, if one was kept beside a file.
    ///
    /// - Parameter path: The path of jobs.db.
    /// - Returns: The report; `nil` when there is none that can be read.
    public static func last(beside path: String) -> JobRecoveryReport? {
        FileManager.default.contents(atPath: file(beside: path)).flatMap { try? JSONDecoder().decode(Self.self, from: $0) }
    }

    /// Keeps the report beside the file.
    func keep(beside path: String) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        try encoder.encode(self).write(to: URL(fileURLWithPath: Self.file(beside: path)), options: .atomic)
    }

    /// Forgets the report, when the file it is about is replaced on purpose.
    static func forget(beside path: String) throws { try DurableFile.remove(file(beside: path)) }

    private static func file(beside path: String) -> String {
        URL(fileURLWithPath: path).deletingLastPathComponent().appendingPathComponent("recovery.json").path
    }
}
