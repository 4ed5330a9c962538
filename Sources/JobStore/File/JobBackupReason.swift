/// Why a backup was made; part of its name.
public enum JobBackupReason: String, Sendable, Hashable, Codable, CaseIterable {
    /// The server makes one now and then. Only these are deleted again.
    case scheduled
    /// Before an older schema was brought up to date.
    case beforeMigration = "before-migration"
    /// Before another backup took the file's place.
    case beforeRestore = "before-restore"
    /// Before the file was removed.
    case beforeReset = "before-reset"
    /// Somebody asked for it.
    case manual

    /// Whether the file that was copied was set aside on purpose: what it holds, and what older backups hold, must not come back by itself.
    var endsHistory: Bool { self == .beforeRestore || self == .beforeReset }
}
