import Foundation
import Hashing
import RoostCore

/// What a partial file says about itself: which of its bytes are here, which of them a power cut would leave, and what its beginnings hash to.
///
/// It stands behind the content, in two slots written by turns, so that a write which a crash tears leaves the other: whoever finds the file
/// finds the truth about it, and nothing else has to be kept in step.
///
///     content (size) | slot (32 KiB) | slot (32 KiB)
///     slot: magic (8) | length of the JSON (4, little endian) | SHA-256 of the JSON (32) | JSON
struct TransferJournal: Sendable, Hashable, Codable {
    /// Counts the writes; the higher of two good slots is the newer.
    var sequence: UInt64 = 0
    /// `sha256:…` of the file that this is to become.
    let digest: String
    /// What is on the disk: pairs of first byte and the byte after the last.
    var synced: [[Int64]] = []
    /// What is written. It survives the end of a process, not that of the system.
    var written: [[Int64]] = []
    /// Since when the system has been up that wrote this; `nil` where that cannot be told.
    var session: String?
    /// Digests of the file's beginnings: the n-th is that of `(n + 1) * markInterval` bytes. A resumed file is compared with them on the way.
    var marks: [String] = []

    static let slotSize = 32 << 10
    private static let magic = Array("ROOSTJ01".utf8)
    private static let headerSize = 8 + 4 + 32
    /// More pieces than streams ever leave.
    static let mostRanges = 256

    /// How far apart the marks of a file are: 64 MiB, more in a file that would need more than 256 of them.
    static func markInterval(size: Int64) -> Int64 {
        let step: Int64 = 64 << 20
        return max(step, (size / 256 + step - 1) / step * step)
    }

    /// Where a journal's slot begins.
    static func slotOffset(sequence: UInt64, size: Int64) -> Int64 { size + Int64(sequence % 2) * Int64(slotSize) }

    /// The length of a file with a journal.
    static func fileLength(size: Int64) -> Int64 { size + 2 * Int64(slotSize) }

    /// The bytes of a slot; `nil` when they do not fit, which leaves the older journal in force.
    func slot() throws -> [UInt8]? {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let json = try encoder.encode(self)
        guard Self.headerSize + json.count <= Self.slotSize else { return nil }
        let length = withUnsafeBytes(of: UInt32(json.count).littleEndian) { Array($0) }
        return Self.magic + length + SHA256.hash(data: json) + Array(json)
    }

    /// Reads a slot back.
    ///
    /// - Parameters:
    ///   - slot: The bytes, as long as there are.
    ///   - file: What the partial file is to become; a journal about anything else is none.
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

    /// The journal of a file of which nothing is here.
    init(of file: RepositoryFile) { self.digest = file.digest.description }

    /// The bytes that are here.
    ///
    /// - Parameter session: The present one of the system.
    /// - Returns: What was written, or after a restart of the system what was synced.
    func present(in session: String?) -> RangeSet<Int64> {
        RangeSet((session != nil && session == self.session ? written : synced).map { $0[0]..<$0[1] })
    }

    /// Ranges as they are kept; a few lost ones are fetched again.
    static func pairs(_ ranges: RangeSet<Int64>) -> [[Int64]] { ranges.ranges.prefix(mostRanges).map { [$0.lowerBound, $0.upperBound] } }
}
