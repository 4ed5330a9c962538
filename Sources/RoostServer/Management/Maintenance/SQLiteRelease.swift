/// A release of SQLite, such as `3.51.3`.
struct SQLiteRelease: Sendable, Hashable, Comparable {
    /// The first release without the WAL-reset bug. In older ones, two connections that write and checkpoint at the
    /// same instant could damage a file in WAL mode.
    static let current = SQLiteRelease("3.51.3")

    private let parts: [Int]

    /// Parses a version in SQLite's form.
    ///
    /// - Parameter text: Numbers with dots.
    init(_ text: String) { parts = text.split(separator: ".").map { Int($0) ?? 0 } }

    static func < (left: SQLiteRelease, right: SQLiteRelease) -> Bool { left.parts.lexicographicallyPrecedes(right.parts) }
}
