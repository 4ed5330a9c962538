import Synchronization

/// Limits the number of file bodies that are sent at the same time, so that enough memory, descriptors and disk
/// bandwidth are left for each.
package final class BodySlots: Sendable {
    private let free: Mutex<Int>

    /// - Parameter count: The number of bodies.
    package init(_ count: Int) { free = Mutex(count) }

    /// Acquires a slot.
    ///
    /// - Returns: The slot, which is held for its lifetime; `nil` when all are in use.
    package func take() -> BodySlot? {
        let isFree = free.withLock { free in
            guard free > 0 else { return false }
            free -= 1
            return true
        }
        return isFree ? BodySlot(self) : nil
    }

    fileprivate func giveBack() { free.withLock { $0 += 1 } }
}

/// A slot of one body. It is an object, so that it is released however the body ends, also when it is never sent.
package final class BodySlot: Sendable {
    private let slots: BodySlots

    fileprivate init(_ slots: BodySlots) { self.slots = slots }

    deinit { slots.giveBack() }
}
