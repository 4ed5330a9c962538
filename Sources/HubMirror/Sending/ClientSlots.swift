import HTTPServing
import RoostCore

/// Limits what is done for clients at the same time, such as the sending of file bodies: all together, and a quarter of them for one
/// client, so that it cannot use up all of them.
final class ClientSlots: Sendable {
    private let slots: BodySlots
    private let counter: ConnectionCounter

    /// - Parameter count: The number of slots.
    init(_ count: Int) {
        slots = BodySlots(count)
        counter = ConnectionCounter(mostPerAddress: max(1, count / 4))
    }

    /// Acquires a slot for the client whose request is being answered.
    ///
    /// - Returns: The slot, which is held for its lifetime; `nil` when the client, or all clients together, have no more.
    func take() -> ClientSlot? {
        let client = ServedClient.name
        // Without a network connection it is a part of this machine.
        let address = client.isEmpty ? nil : client
        if let address, !counter.take(address) { return nil }
        guard let slot = slots.take() else {
            if let address { counter.giveBack(address) }
            return nil
        }
        return ClientSlot(slot, counter, address)
    }
}

/// A slot. It is an object, so that it is released however the body ends, also when it is never sent.
final class ClientSlot: Sendable {
    private let slot: BodySlot
    private let counter: ConnectionCounter
    private let address: String?

    fileprivate init(_ slot: BodySlot, _ counter: ConnectionCounter, _ address: String?) {
        self.slot = slot
        self.counter = counter
        self.address = address
    }

    deinit { if let address { counter.giveBack(address) } }
}
