import Foundation
import GRDB
import RoostCore

/// The type of a property that is a column.
protocol StoredValue {
    /// Reads a value; `nil` for NULL and for a value of another program that this type cannot hold.
    static func read(_ row: ColumnReader, _ column: Int32) -> Self?

    /// The value to write.
    var stored: DatabaseValue { get }
}

extension StoredValue where Self: DatabaseValueConvertible {
    var stored: DatabaseValue { databaseValue }
}

extension String: StoredValue {
    static func read(_ row: ColumnReader, _ column: Int32) -> String? { row.text(column) }
}

extension Bool: StoredValue {
    static func read(_ row: ColumnReader, _ column: Int32) -> Bool? { row.bool(column) }
}

extension Int: StoredValue {
    static func read(_ row: ColumnReader, _ column: Int32) -> Int? { row.integer(column).map(Int.init) }
}

extension Int64: StoredValue {
    static func read(_ row: ColumnReader, _ column: Int32) -> Int64? { row.integer(column) }
}

extension Double: StoredValue {
    static func read(_ row: ColumnReader, _ column: Int32) -> Double? { row.double(column) }
}

/// A number of times, 0 or more: see `Job.counts`.
struct StoredCount: StoredValue {
    var value: Int
    var stored: DatabaseValue { value.databaseValue }

    static func read(_ row: ColumnReader, _ column: Int32) -> StoredCount? {
        row.integer(column) == nil ? nil : StoredCount(value: row.count(column))
    }
}

/// A word or a time. Other programs may write it in another form, which is kept.
protocol StoredWord: StoredValue, RawRepresentable where RawValue == String {
    init(rawValue: String)
}

extension StoredWord {
    var stored: DatabaseValue { rawValue.databaseValue }

    static func read(_ row: ColumnReader, _ column: Int32) -> Self? { row.text(column).map(Self.init(rawValue:)) }
}

extension Timestamp: StoredWord {}
extension JobStatus: StoredWord {}
extension PullStage: StoredWord {}
extension JobEvent.Kind: StoredWord {}

/// A list as a JSON array. A text of another program that is no such array is read as no list.
extension Array: StoredValue where Element: Codable {
    var stored: DatabaseValue { jsonText.databaseValue }

    /// The JSON array that the column contains. Texts and whole numbers always have one.
    var jsonText: String { (try? JSONEncoder().encode(self)).map { String(decoding: $0, as: UTF8.self) } ?? "[]" }

    static func read(_ row: ColumnReader, _ column: Int32) -> Self? {
        row.text(column).flatMap { try? JSONDecoder().decode(Self.self, from: Data($0.utf8)) }
    }
}
