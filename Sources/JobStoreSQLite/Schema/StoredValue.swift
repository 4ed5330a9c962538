import Foundation
import GRDB
import RoostCore

/// The type of a property that is a column.
protocol StoredValue {
    /// The value for NULL in a column that is never NULL in a row of Roost.
    static var absent: Self { get }

    /// Reads a value; `nil` for NULL and for a value of another program that this type cannot hold.
    init?(_ row: ColumnReader, _ column: Int32)

    /// The value to write.
    var stored: DatabaseValue { get }
}

extension String: StoredValue {
    static var absent: String { "" }
    init?(_ row: ColumnReader, _ column: Int32) {
        guard let text = row.text(column) else { return nil }
        self = text
    }
    var stored: DatabaseValue { databaseValue }
}

extension Bool: StoredValue {
    static var absent: Bool { false }
    init?(_ row: ColumnReader, _ column: Int32) {
        guard let number = row.integer(column) else { return nil }
        self = number != 0
    }
    var stored: DatabaseValue { databaseValue }
}

extension Int: StoredValue {
    static var absent: Int { 0 }
    init?(_ row: ColumnReader, _ column: Int32) {
        guard let number = row.integer(column) else { return nil }
        self = Int(number)
    }
    var stored: DatabaseValue { databaseValue }
}

extension Int64: StoredValue {
    static var absent: Int64 { 0 }
    init?(_ row: ColumnReader, _ column: Int32) {
        guard let number = row.integer(column) else { return nil }
        self = number
    }
    var stored: DatabaseValue { databaseValue }
}

extension Double: StoredValue {
    static var absent: Double { 0 }
    init?(_ row: ColumnReader, _ column: Int32) {
        guard let number = row.double(column) else { return nil }
        self = number
    }
    var stored: DatabaseValue { databaseValue }
}

/// A number of times, 0 or more: see `Job.counts`.
struct StoredCount: StoredValue {
    var value: Int

    init(value: Int) { self.value = value }

    static var absent: StoredCount { StoredCount(value: 0) }
    init?(_ row: ColumnReader, _ column: Int32) {
        guard row.integer(column) != nil else { return nil }
        value = row.count(column)
    }
    var stored: DatabaseValue { value.databaseValue }
}

/// A column of words or times that other programs may write in another form, which is kept.
protocol StoredWord: StoredValue, RawRepresentable where RawValue == String {
    init(rawValue: String)
}

extension StoredWord {
    static var absent: Self { Self(rawValue: "") }
    init?(_ row: ColumnReader, _ column: Int32) {
        guard let text = row.text(column) else { return nil }
        self.init(rawValue: text)
    }
    var stored: DatabaseValue { rawValue.databaseValue }
}

extension Timestamp: StoredWord {}
extension JobStatus: StoredWord {}
extension PullStage: StoredWord {}
extension JobEvent.Kind: StoredWord {}

/// A list as a JSON array. A text of another program that is no such array is read as no list.
extension Array: StoredValue where Element: Codable {
    static var absent: [Element] { [] }
    init?(_ row: ColumnReader, _ column: Int32) {
        guard let text = row.text(column), let list = try? JSONDecoder().decode(Self.self, from: Data(text.utf8)) else { return nil }
        self = list
    }
    var stored: DatabaseValue { jsonText.databaseValue }
}

extension Array where Element: Codable {
    /// The JSON array that the column contains. Texts and whole numbers always have one.
    var jsonText: String { (try? JSONEncoder().encode(self)).map { String(decoding: $0, as: UTF8.self) } ?? "[]" }
}
