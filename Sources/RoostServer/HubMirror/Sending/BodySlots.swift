import Synchronization

/// Bounds how many file bodies are sent at a time, so that memory, descriptors and the disk's arm are shared by few enough to get somewhere.
final class BodySlots: Sendable {
    private let free: Mutex<Int>

    /// - Parameter count: How many bodies at a time.
    init(_ count: Int) { free = Mutex(count) }

    /// Takes a slot.
    ///
    /// - Returns: Holds the slot as long as it lives; `nil` when all are taken.
    func take() -> BodySlot? {
        let isFree = free.withLock { free in
            guard free > 0 else { return false }
            free -= 1
            return true
        }
        return isFree ? BodySlot(self) : nil
    }

    fileprivate func giveBack() { free.withLock { $0 += 1 } }
}

/// One body's place. A class, so that it is given back however the body ends, also when it is never sent.
final class BodySlot: Sendable {
    private let slots: BodySlots

    fileprivate init(_ slots: BodySlots) { self.slots = slots }

    deinit { slots.giveBack() }
}
