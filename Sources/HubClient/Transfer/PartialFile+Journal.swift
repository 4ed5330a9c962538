import RoostCore
import Synchronization
import SystemPackage

extension PartialFile {
    /// Makes what is written survive a power cut: the bytes first, then the journal that speaks of them.
    ///
    /// - Parameter isLast: Whether it is worth its while for less than is due, too.
    /// - Throws: `RoostError` with code `fileSystem` or `insufficientSpace`.
    func checkpoint(isLast: Bool = false) throws {
        guard isReserved else { return }
        try flushing.withLock { _ in
            let before = state.withLock { (written: $0.written, unsynced: $0.unsynced) }
            // Who waited here finds that the one before has done it.
            guard before.unsynced >= (isLast ? 1 : Self.checkpointBytes) else { return }
            do {
                try flush(descriptor, path)
            } catch {
                distrust()
                throw error
            }
            state.withLock { state in
                state.unsynced -= before.unsynced
                state.journal.synced = TransferJournal.pairs(before.written)
            }
            try writeJournal()
        }
    }

    /// Makes what is written survive the end of this process.
    ///
    /// - Throws: `RoostError` with code `fileSystem` or `insufficientSpace`.
    func note() throws {
        guard isReserved, state.withLock({ $0.unnoted > 0 }) else { return }
        // Who makes a checkpoint now will note it, too.
        _ = try flushing.withLockIfAvailable { _ in try writeJournal() }
    }

    /// The caller holds `flushing`, so that no older journal overwrites a newer one.
    private func writeJournal() throws {
        let journal = state.withLock { state in
            state.journal.sequence += 1
            state.journal.written = TransferJournal.pairs(state.written)
            state.journal.session = SystemSession.current
            state.unnoted = 0
            return state.journal
        }
        guard let slot = try journal.slot() else { return }
        _ = try FileSystem.attempt("write", path) {
            try slot.withUnsafeBytes {
                try descriptor.writeAll(toAbsoluteOffset: TransferJournal.slotOffset(sequence: journal.sequence, size: file.size), $0)
            }
        }
    }

    /// A flush failed. The system takes the bytes for written all the same, and the next flush would succeed without writing them: only what an earlier
    /// flush brought to the disk counts from here on, and what is hashed again is read from the disk and not from memory.
    ///
    /// The failure that led here is the one to tell; where even this cannot be noted, the file goes.
    func distrust() {
        FileSystem.dropCached(descriptor)
        guard hasJournal else { return _ = try? discard() }
        let length = TransferJournal.fileLength(size: file.size)
        do {
            try descriptor.resize(to: length)
            state.withLock { state in
                state.written = RangeSet(state.journal.synced.map { $0[0]..<$0[1] })
                state.bytes = state.written.count64
                (state.unnoted, state.unsynced, state.length) = (0, 0, length)
            }
            try writeJournal()
        } catch {
            try? discard()
        }
    }

    private var isReserved: Bool { hasJournal && state.withLock { $0.length } == TransferJournal.fileLength(size: file.size) }
}
