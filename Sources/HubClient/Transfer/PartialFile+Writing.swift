import DurableFiles
import NIOCore
import RoostCore
import Synchronization
import SystemPackage

extension PartialFile {
    /// The maximum number of bytes that the end of the process may lose, besides those of a quarter of a second.
    private static let mostUnnoted: Int64 = 2 << 20
    /// The number of bytes at risk at which writers wait for the disk.
    private static let mostUnsynced: Int64 = 48 << 20

    /// Writes bytes. Those that are written already stay as they are, because they may have been hashed.
    ///
    /// - Parameters:
    ///   - buffers: The bytes in order.
    ///   - offset: The position of the first byte.
    ///   - overwriting: Whether to replace bytes that are written already.
    /// - Throws: `RoostError` with code `fileSystem`, or `insufficientSpace` with the number of missing bytes.
    func write(_ buffers: [ByteBuffer], at offset: Int64, overwriting: Bool = false) throws {
        try requireUntouched()
        let range = offset..<buffers.reduce(offset) { $0 + Int64($1.readableBytes) }
        let fresh = overwriting ? RangeSet(range) : state.withLock { $0.claim(range) }
        defer { state.withLock { $0.claimed.subtract(fresh) } }
        do {
            var start = offset
            for buffer in buffers {
                try write(buffer, at: start, only: fresh)
                start += Int64(buffer.readableBytes)
            }
        } catch let failure as Errno where failure.meansFullDisk {
            throw full(failure)
        } catch {
            _ = try FileSystem.attempt("write", path) { throw error }
        }
        let risked = state.withLock { state in
            state.insert(fresh)
            state.length = max(state.length, fresh.ranges.last?.upperBound ?? 0)
            return (process: state.unnoted, power: state.unsynced)
        }
        grown.signal()
        guard hasJournal else { return }
        if risked.process >= Self.mostUnnoted { try note() }
        if risked.power >= Self.mostUnsynced { try checkpoint() } else if risked.power >= Self.checkpointBytes { isDue.signal() }
    }

    private func write(_ buffer: ByteBuffer, at start: Int64, only fresh: RangeSet<Int64>) throws {
        let range = start..<start + Int64(buffer.readableBytes)
        for part in fresh.intersection(RangeSet(range)).ranges {
            _ = try buffer.withUnsafeReadableBytes { bytes in
                let missing = bytes[Int(part.lowerBound - start)..<Int(part.upperBound - start)]
                return try descriptor.writeAll(toAbsoluteOffset: part.lowerBound, UnsafeRawBufferPointer(rebasing: missing))
            }
        }
    }
}

extension PartialFile.State {
    /// Returns the bytes of a range that are neither written nor being written. They now belong to the caller.
    fileprivate mutating func claim(_ range: Range<Int64>) -> RangeSet<Int64> {
        var fresh = RangeSet(range)
        fresh.subtract(written)
        fresh.subtract(claimed)
        claimed.formUnion(fresh)
        return fresh
    }

    fileprivate mutating func insert(_ ranges: RangeSet<Int64>) {
        written.formUnion(ranges)
        let now = written.count64
        unnoted += now - bytes
        unsynced += now - bytes
        bytes = now
    }
}
