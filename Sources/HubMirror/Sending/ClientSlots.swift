import HTTPServing

/// Limits the file bodies that are sent at the same time: all together, and a quarter of them to one address, so that one
/// client cannot use up all of them.
final class ClientSlots: Sendable {
    /// The address of the client whose request is being answered; `nil` without a network connection.
    @TaskLocal static var address: String?

    private let slots: BodySlots
    private let counter: ConnectionCounter

    /// - Parameter count: The number of bodies.
    init(_ count: Int) {
        slots = BodySlots(count)
        counter = ConnectionCounter(mostPerAddress: max(1, count / 4))
    }

    /// Acquires a slot for the client whose request is being answered.
    ///
    /// - Returns: The slot, which is held for its lifetime; `nil` when the client, or all clients together, have no more.
    func take() -> ClientSlot? {
        let address = Self.address
        if let address, !counter.take(address) { return nil }
        guard let slot = slots.take() else {
            if let address { counter.giveBack(address) }
            return nil
        }
        return ClientSlot(slot, counter, address)
    }
}

/// A slot of one body. It is an object, so that it is released however the body ends, also when it is never sent.
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
