import NIOCore
import RoostCore
import Synchronization

/// A request whose slot Roost has chosen.
struct PlacedRequest: Sendable {
    let supervisor: EngineSupervisor
    let model: ModelReference
    /// The request's lease.
    let id: Int
    let place: SlotTable.Place
    /// Whether others may wait for the prompt, because the engine reads it for a while.
    let mayBeShared: Bool
    /// Gets the engine's counts of the answer.
    let counts = CountsOfAnswer()
}

extension EngineConnection {
    /// Sends a request to its slot.
    ///
    /// When requests with the same begin come while the engine reads the prompt, the request is taken back, the prompt
    /// is read to its end, and the slot is copied for the others; then the request is sent again. Nothing is lost: the
    /// engine keeps what it has read.
    func send(_ body: ByteBuffer, path: String, in placed: PlacedRequest) async throws -> EngineResponse {
        guard placed.mayBeShared else { return try await exchange(path: path, body: body) }
        let response = try await withThrowingTaskGroup(of: EngineResponse?.self) { group in
            group.addTask {
                let response = try await exchange(path: path, body: body)
                // The head of a stream may come before the prompt was read.
                return EngineResponse(status: response.status, contentType: response.contentType, body: try await response.body.begin())
            }
            group.addTask {
                try await untilWanted(placed)
                return nil
            }
            defer { group.cancelAll() }
            return try await group.next() ?? nil
        }
        if let response {
            await placed.supervisor.hasRead(placed)
            return response
        }
        do {
            try await readPrompt(path: path, body: body)
            await placed.supervisor.copyPrompt(of: placed, self)
        } catch let error as RoostError where error.code == .engineRefused {
            // The answer to the request itself says why.
            await placed.supervisor.hasRead(placed)
        }
        return try await exchange(path: path, body: body)
    }

    /// Returns when other requests wait for the prompt and the engine still reads it; otherwise never.
    private func untilWanted(_ placed: PlacedRequest) async throws {
        try await placed.supervisor.untilWanted(placed)
        do {
            if try await isStillReading(placed) { return }
        } catch is RoostError {
            // What the engine tells about its slots decides only whether others wait. The request goes on without it.
        }
        await placed.supervisor.hasRead(placed)
        // Until the answer has come, which cancels this.
        try await Task.sleep(for: .seconds(1 << 30))
    }

    /// Whether the engine reads the prompt, when it has begun with the request.
    private func isStillReading(_ placed: PlacedRequest) async throws -> Bool {
        // Before the first step of a request, the engine shows the tokens of the slot's last one.
        var answering = 0
        while answering < 2 {
            switch try await isReadingPrompt(slot: placed.place.slot) {
            case true: return true
            case false: answering += 1
            // The engine has just received the request.
            case nil: break
            }
            try await Task.sleep(for: .milliseconds(20))
        }
        return false
    }
}

/// The engine's counts at the end of an answer.
final class CountsOfAnswer: Sendable {
    private let last = Mutex<EngineCounts?>(nil)

    /// The counts; `nil` until the answer is complete.
    var counts: EngineCounts? { last.withLock { $0 } }

    /// Looks for counts in the next bytes of the answer.
    func note(_ bytes: ByteBuffer) {
        guard let counts = EngineCounts(bytes) else { return }
        last.withLock { $0 = counts }
    }
}
