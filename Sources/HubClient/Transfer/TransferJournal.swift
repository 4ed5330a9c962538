import Foundation
import Hashing
import RoostCore

/// The journal of a partial file: which bytes are written, which of them would survive a power cut, and the digests of
/// the file's beginnings.
///
/// It follows the content, in two slots that are written in turn, so that a write interrupted by a crash leaves the
/// other slot intact. The journal is in the same file as the content, so the two always match.
///
///     content (size) | slot (32 KiB) | slot (32 KiB)
///     slot: magic (8) | length of the JSON (4, little endian) | SHA-256 of the JSON (32) | JSON
struct TransferJournal: Sendable, Hashable, Codable {
    /// The number of writes; of two valid slots, the higher one is newer.
    var sequence: UInt64 = 0
    /// The `sha256:…` digest of the final file.
    let digest: String
    /// The bytes on the disk: pairs of first byte and the byte after the last.
    var synced: [[Int64]] = []
    /// The written bytes. They survive the end of the process, but not that of the system.
    var written: [[Int64]] = []
    /// The session of the system that wrote the journal; `nil` if it is unknown.
    var session: String?
    /// The digests of the file's beginnings: the n-th covers `(n + 1) * markInterval` bytes. A resumed file is compared
    /// with them.
    var marks: [String] = []

    static let slotSize = 32 << 10
    private static let magic = Array("ROOSTJ01".utf8)
    private static let headerSize = 8 + 4 + 32
    /// The maximum number of ranges, more than streams ever leave.
    static let mostRanges = 256

    /// The distance between the marks of a file: 64 MiB, more in a file that would need more than 256 marks.
    static func markInterval(size: Int64) -> Int64 {
        let step: Int64 = 64 << 20
        return max(step, (size / 256 + step - 1) / step * step)
    }

    /// The position of a journal's slot.
    static func slotOffset(sequence: UInt64, size: Int64) -> Int64 { size + Int64(sequence % 2) * Int64(slotSize) }

    /// The length of a file including its journal.
    static func fileLength(size: Int64) -> Int64 { size + 2 * Int64(slotSize) }

    /// Encodes a slot; `nil` if the journal is too long, in which case the older journal remains valid.
    func slot() throws -> [UInt8]? {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let json = try encoder.encode(self)
        guard Self.headerSize + json.count <= Self.slotSize else { return nil }
        let length = withUnsafeBytes(of: UInt32(json.count).littleEndian) { Array($0) }
        return Self.magic + length + SHA256.hash(data: json) + Array(json)
    }

    /// Decodes a slot.
    ///
    /// - Parameters:
    ///   - slot: The bytes of the slot, which may be incomplete.
    ///   - file: The final file; a journal for another file is invalid.
    init?(slot: [UInt8], of file: RepositoryFile) {
        guard slot.count > Self.headerSize, slot.starts(with: Self.magic) else { return nil }
        let length = slot[8..<12].reversed().reduce(0) { $0 << 8 | Int($1) }
        guard length <= slot.count - Self.headerSize else { return nil }
        let json = slot[Self.headerSize..<Self.headerSize + length]
        guard SHA256.hash(data: json) == Array(slot[12..<Self.headerSize]),
            let journal = try? JSONDecoder().decode(TransferJournal.self, from: Data(json)),
            journal.digest == file.digest.description,
            (journal.synced + journal.written).allSatisfy({ $0.count == 2 && 0 <= $0[0] && $0[0] <= $0[1] && $0[1] <= file.size })
        else { return nil }
        self = journal
    }

    /// Creates the journal of a file without any bytes.
    init(of file: RepositoryFile) { self.digest = file.digest.description }

    /// Returns the bytes in the file.
    ///
    /// - Parameter session: The current session of the system.
    /// - Returns: The written bytes, or after a restart of the system the synced bytes.
    func present(in session: String?) -> RangeSet<Int64> {
        RangeSet((session != nil && session == self.session ? written : synced).map { $0[0]..<$0[1] })
    }

    /// Removes wrong bytes, and the marks from an index on.
    mutating func forget(_ range: Range<Int64>, marksFrom index: Int) {
        var ranges = present(in: nil)
        ranges.remove(contentsOf: range)
        synced = Self.pairs(ranges)
        marks = Array(marks.prefix(index))
    }

    /// The ranges in the form for the journal. Ranges beyond the limit are dropped and downloaded again.
    static func pairs(_ ranges: RangeSet<Int64>) -> [[Int64]] { ranges.ranges.prefix(mostRanges).map { [$0.lowerBound, $0.upperBound] } }
}
