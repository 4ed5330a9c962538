import Foundation
public import RoostCore

/// The report of a repair of a damaged jobs.db.
///
/// It is kept as `recovery.json` beside the file, where `roost db check` finds it after a restart.
public struct JobRecoveryReport: Sendable, Hashable, Codable {
    /// The time of the repair.
    public let time: Timestamp
    /// The path of the damaged file; its `-wal` and `-shm` are beside it.
    public let quarantinedPath: String
    /// The number of jobs that were read from the damaged file.
    public let salvagedJobs: Int
    /// The number of jobs that came from the backup.
    public let restoredJobs: Int
    /// The backup that was used; `nil` if all rows were readable or there was no backup.
    @ExplicitNull public private(set) var backup: String?
    /// The report in one or two sentences for users.
    public let message: String

    enum CodingKeys: String, CodingKey {
        case time
        case quarantinedPath = "quarantined_path"
        case salvagedJobs = "salvaged_jobs"
        case restoredJobs = "restored_jobs"
        case backup, message
    }

    /// Returns the report of the last repair, if there is one beside the file.
    ///
    /// - Parameter path: The path of jobs.db.
    /// - Returns: The report; `nil` if there is none or it cannot be read.
    public static func last(beside path: String) -> JobRecoveryReport? {
        FileManager.default.contents(atPath: file(beside: path)).flatMap { try? JSONDecoder().decode(Self.self, from: $0) }
    }

    /// Writes the report beside the file.
    func keep(beside path: String) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        try encoder.encode(self).write(to: URL(fileURLWithPath: Self.file(beside: path)), options: .atomic)
    }

    /// Removes the report, when its file is replaced on purpose.
    static func forget(beside path: String) throws { try DurableFile.remove(file(beside: path)) }

    private static func file(beside path: String) -> String {
        URL(fileURLWithPath: path).deletingLastPathComponent().appendingPathComponent("recovery.json").path
    }
}
