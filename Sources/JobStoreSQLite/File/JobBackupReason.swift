/// The reason for a backup, which is part of its name.
public enum JobBackupReason: String, Sendable, Hashable, Codable, CaseIterable {
    /// Made regularly by the server. Only these backups are deleted automatically.
    case scheduled
    /// Made before a migration from an older schema.
    case beforeMigration = "before-migration"
    /// Made before another backup replaced the file.
    case beforeRestore = "before-restore"
    /// Made before the file was removed.
    case beforeReset = "before-reset"
    /// Requested by the user.
    case manual

    /// Whether the copied file was replaced on purpose. Its contents, and those of older backups, must not return
    /// automatically.
    var endsHistory: Bool { self == .beforeRestore || self == .beforeReset }
}
