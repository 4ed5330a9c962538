import Foundation

/// What a process did to a folder, in order, as `faultdisk.c` wrote it down.
struct PowerLog {
    /// One call.
    enum Record: Equatable {
        /// A descriptor leads to this file or folder from now on; a file that is not there yet is made. Paths are relative to the folder.
        case open(descriptor: Int32, path: String, isFolder: Bool)
        case write(descriptor: Int32, offset: Int, bytes: Data)
        case truncate(descriptor: Int32, length: Int)
        case sync(descriptor: Int32)
        /// An fsync that returned an error.
        case failedSync(descriptor: Int32)
        case unlink(path: String)
        case rename(from: String, to: String)
        case link(from: String, to: String)
        /// What the process wrote to its standard output.
        case said(String)
    }

    /// The log is not one: a lost place, an unknown kind of record.
    struct Malformed: Error { let offset: Int }

    private static let headLength = 24
    private static let check: UInt32 = 0x6B73_6964

    private(set) var records: [Record] = []

    /// Reads a log. A last record that was cut off by the end of the process is passed over.
    init(_ bytes: Data) throws {
        var offset = bytes.startIndex
        while offset + Self.headLength <= bytes.endIndex {
            let head = bytes[offset..<offset + Self.headLength]
            guard Self.number(UInt32.self, in: head, at: 20) == Self.check else { throw Malformed(offset: offset) }
            let start = offset + Self.headLength
            let end = start + Int(Self.number(UInt32.self, in: head, at: 16))
            guard end <= bytes.endIndex else { return }
            let place = Int(Self.number(Int64.self, in: head, at: 8))
            guard let record = Self.record(head[head.startIndex], Self.number(Int32.self, in: head, at: 4), place, bytes[start..<end]) else {
                throw Malformed(offset: offset)
            }
            records.append(record)
            offset = end
        }
    }

    private static func record(_ kind: UInt8, _ descriptor: Int32, _ place: Int, _ payload: Data) -> Record? {
        switch UnicodeScalar(kind) {
        case "O": .open(descriptor: descriptor, path: text(payload), isFolder: place == 1)
        case "W": .write(descriptor: descriptor, offset: place, bytes: payload)
        case "T": .truncate(descriptor: descriptor, length: place)
        case "S": .sync(descriptor: descriptor)
        case "X": .failedSync(descriptor: descriptor)
        case "U": .unlink(path: text(payload))
        case "R": pair(payload).map { .rename(from: $0, to: $1) }
        case "N": pair(payload).map { .link(from: $0, to: $1) }
        case "A": .said(text(payload))
        default: nil
        }
    }

    private static func text(_ payload: Data) -> String { String(decoding: payload, as: UTF8.self) }

    private static func pair(_ payload: Data) -> (String, String)? {
        let parts = payload.split(separator: 0, omittingEmptySubsequences: false)
        return parts.count == 2 ? (text(parts[0]), text(parts[1])) : nil
    }

    private static func number<Number: FixedWidthInteger>(_: Number.Type, in head: Data, at offset: Int) -> Number {
        head.withUnsafeBytes { Number(littleEndian: $0.loadUnaligned(fromByteOffset: offset, as: Number.self)) }
    }
}
