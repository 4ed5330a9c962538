import DurableFiles
import RoostCore
import Synchronization
import SystemPackage

extension PartialFile {
    /// Makes the written bytes survive a power cut: flushes the bytes first, then writes the journal that describes
    /// them.
    ///
    /// - Parameter isLast: Whether to do so even for fewer bytes than usual.
    /// - Throws: `RoostError` with code `fileSystem` or `insufficientSpace`.
    func checkpoint(isLast: Bool = false) throws {
        guard isReserved else { return }
        try flushing.withLock { _ in
            let before = state.withLock { (written: $0.written, unsynced: $0.unsynced) }
            // A caller that waited here may find that the previous checkpoint covers its bytes.
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

    /// Makes the written bytes survive the end of this process.
    ///
    /// - Throws: `RoostError` with code `fileSystem` or `insufficientSpace`.
    func note() throws {
        guard isReserved, state.withLock({ $0.unnoted > 0 }) else { return }
        // A checkpoint in progress writes the journal too.
        _ = try flushing.withLockIfAvailable { _ in try writeJournal() }
    }

    /// The caller holds `flushing`, so that an older journal never overwrites a newer one.
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

    /// Handles a failed flush. The system then considers the bytes written, and the next flush would succeed without
    /// writing them. So only bytes from earlier flushes count from now on, and bytes that are hashed again are read
    /// from the disk and not from memory.
    ///
    /// The first error is the one to report. If even this state cannot be recorded, the file is deleted.
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
