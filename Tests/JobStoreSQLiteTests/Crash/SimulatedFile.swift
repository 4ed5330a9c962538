import Foundation
import TestSupport

/// One file of a simulated disk: what an fsync has made safe, and what was done since and may be lost.
struct SimulatedFile {
    private enum Change {
        case write(offset: Int, bytes: Data)
        case truncate(length: Int)
    }

    /// What disks write as a whole.
    private static let sector = 512

    private var safe: Data
    private var pending: [Change] = []
    /// What a reader of the running system sees.
    private(set) var seen: Data

    init(_ content: Data = Data()) {
        safe = content
        seen = content
    }

    mutating func write(_ bytes: Data, at offset: Int) {
        pending.append(.write(offset: offset, bytes: bytes))
        Self.apply(pending[pending.count - 1], to: &seen)
    }

    mutating func truncate(to length: Int) {
        pending.append(.truncate(length: length))
        Self.apply(pending[pending.count - 1], to: &seen)
    }

    mutating func sync() {
        for change in pending { Self.apply(change, to: &safe) }
        pending = []
    }

    /// After an fsync that failed, Linux calls the pages clean: each is on the disk or is not, and no later fsync will write it.
    mutating func failToSync(using generator: inout SeededGenerator) {
        safe = afterPowerCut(using: &generator)
        pending = []
    }

    /// The content after a power cut: of all sectors written since the last fsync a random subset is there, in a random order.
    func afterPowerCut(using generator: inout SeededGenerator) -> Data {
        var content = safe
        // Nothing and everything are likely too: a disk that was idle, and one that was fast.
        let survival = max(0, min(1, Double.random(in: -0.25...1.25, using: &generator)))
        for change in pending.flatMap(Self.torn).shuffled(using: &generator) where Double.random(in: 0..<1, using: &generator) < survival {
            Self.apply(change, to: &content)
        }
        return content
    }

    private static func torn(_ change: Change) -> [Change] {
        guard case .write(let offset, let bytes) = change else { return [change] }
        var parts: [Change] = []
        var taken = 0
        while taken < bytes.count {
            let length = min(sector - (offset + taken) % sector, bytes.count - taken)
            let start = bytes.startIndex + taken
            parts.append(.write(offset: offset + taken, bytes: bytes[start..<start + length]))
            taken += length
        }
        return parts
    }

    private static func apply(_ change: Change, to content: inout Data) {
        switch change {
        case .write(let offset, let bytes):
            if content.count < offset { content.append(Data(count: offset - content.count)) }
            content.replaceSubrange(offset..<min(offset + bytes.count, content.count), with: bytes)
        case .truncate(let length):
            if content.count > length { content.removeSubrange(length...) } else { content.append(Data(count: length - content.count)) }
        }
    }
}
