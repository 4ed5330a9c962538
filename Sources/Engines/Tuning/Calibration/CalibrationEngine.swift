import RoostCore

/// An engine of a calibration, which no client uses.
final class CalibrationEngine: Sendable {
    let tuning: EngineTuning
    let connection: EngineConnection
    private let process: EngineProcess
    private let files: EngineFiles
    private let stop = WakeSignal()
    private let exit = WatchedState<EngineExit?>(nil)

    /// Creates an engine; `run` starts it.
    init(tuning: EngineTuning, connection: EngineConnection, command: EngineCommand, files: EngineFiles) {
        self.tuning = tuning
        self.connection = connection
        self.files = files
        process = EngineProcess(command: command, log: EngineLog())
    }

    /// Runs the process until it ends, `end` is called or the task is cancelled.
    func run() async {
        let ended = await withTaskGroup(of: EngineExit?.self) { group in
            group.addTask { [process] in await process.run() }
            group.addTask { [stop] in
                await stop.next()
                return nil
            }
            var exit: EngineExit?
            for await ended in group {
                exit = exit ?? ended
                group.cancelAll()
            }
            return exit
        }
        await files.remove()
        exit.change { $0 = ended ?? .notStarted("it was ended") }
    }

    /// Ends the process and waits for its end.
    func end() async throws {
        stop.signal()
        _ = try await exit.wait { $0 }
    }

    /// Waits until the engine accepts requests.
    ///
    /// - Throws: `RoostError` with code `engineLoadFailed` if it has ended; `CancellationError`.
    func ready(_ time: TimeSource) async throws {
        while await !connection.isHealthy() {
            if let ended = exit.current {
                throw RoostError(.engineLoadFailed, process.log.failureReason ?? ended.description)
            }
            try await time.sleep(.milliseconds(20))
        }
    }

    /// Returns the memory that it uses.
    ///
    /// - Parameters:
    ///   - weights: The size of the weights, of which the system may have removed parts from memory.
    ///   - measure: Returns the memory of a process.
    /// - Returns: The bytes; `nil` if the system does not tell.
    func memory(weights: Int64, _ measure: (Int32) -> EngineMemory?) -> Int64? {
        process.log.processIdentifier.flatMap(measure).map { $0.own.clampedPlus(max($0.files, weights)) }
    }
}
