import Foundation
import Logging
import ModelLibrary
import RoostCore
import SystemPackage

/// Runs a search with real engines: at most two at a time, the best one and the one that is compared with it.
struct CalibrationRun: Sendable {
    private typealias Engines = ThrowingDiscardingTaskGroup<any Error>

    /// The context of an engine that is measured; its length does not change its speed.
    private static let contextLength = 1024
    /// The time for the end of the last engines.
    private static let ending = Duration.seconds(2)

    let supervisor: EngineSupervisor
    let entry: ModelEntry
    let executable: FilePath
    /// The plan of an engine without a calibration.
    let plan: EnginePlan
    let need: EngineNeed
    /// The most slots for which there is memory.
    let mostSlots: Int
    /// Whether there is memory for two engines.
    let keepsTwo: Bool
    let options: CalibrationOptions
    let onProgress: @Sendable (CalibrationProgress) -> Void

    private var running: [CalibrationEngine] = []
    private var workload: CalibrationWorkload?
    private var begin = Duration.zero

    init(
        _ supervisor: EngineSupervisor, _ entry: ModelEntry, _ executable: FilePath, plan: EnginePlan, need: EngineNeed, mostSlots: Int,
        keepsTwo: Bool, options: CalibrationOptions, onProgress: @escaping @Sendable (CalibrationProgress) -> Void
    ) {
        self.supervisor = supervisor
        self.entry = entry
        self.executable = executable
        self.plan = plan
        self.need = need
        self.mostSlots = mostSlots
        self.keepsTwo = keepsTwo
        self.options = options
        self.onProgress = onProgress
    }

    private var time: TimeSource { supervisor.time }
    private var budget: Duration { options.limit - Self.ending }
    private var elapsed: Duration { time.now() - begin }

    /// Searches the best options.
    ///
    /// - Returns: The search, which has ended, and the number of changes that it could have tried.
    /// - Throws: `RoostError` if the engine cannot be started or measured with the defaults; `CancellationError`.
    mutating func run() async throws -> (search: TuningSearch, changes: Int) {
        begin = time.now()
        return try await withThrowingDiscardingTaskGroup { engines in
            defer { engines.cancelAll() }
            let step = try await prepare(&engines)
            var defaults = EngineTuning()
            defaults.promptStep = step
            let changes =
                options.changes
                ?? TuningChange.all(
                    processors: ProcessInfo.processInfo.activeProcessorCount, threads: supervisor.configuration.threads, step: step,
                    slots: plan.slots, mostSlots: mostSlots, hasDraft: plan.companions.draft != nil,
                    avoidsFlashAttention: plan.avoidsFlashAttention(promptStep: step))
            var search = TuningSearch(
                defaults: defaults, changes: changes, budget: budget, mayChangeAnswers: options.allowsQuantizedCache, keepsTwo: keepsTwo)
            while let tuning = search.next(at: elapsed) {
                onProgress(
                    CalibrationProgress(
                        measuring: search.description(of: tuning), compared: search.trials.count, changes: changes.count, elapsed: elapsed))
                try await measure(tuning, &search, &engines)
            }
            return (search, changes.count)
        }
    }

    /// Starts an engine with the defaults, and finds out how many tokens a step has and how much work a measurement is.
    private mutating func prepare(_ engines: inout Engines) async throws -> Int {
        onProgress(CalibrationProgress(measuring: "the speed", compared: 0, changes: 0, elapsed: elapsed))
        let known = await supervisor.promptStep(of: entry, executable)
        var tuning = EngineTuning()
        tuning.promptStep = known ?? PromptStep.untilMeasured
        let limit = budget - elapsed
        do {
            let engine = try await start(tuning, &engines)
            let (entry, executable, supervisor, time) = (entry, executable, supervisor, time)
            let found = try await time.value(within: limit) {
                try await engine.ready(time)
                let step = if let known { known } else { try await supervisor.measuredStep(of: entry, executable, engine.connection) }
                return (step: step, speed: try await engine.connection.generationSpeed())
            }
            guard let found else { throw RoostError(.timedOut, "it did not get ready in time") }
            workload = CalibrationWorkload(step: found.step, contextLength: contextLength, speed: found.speed)
            return found.step
        } catch let error as RoostError {
            throw RoostError(
                .engineLoadFailed, "\(entry.reference) could not be calibrated, because its engine failed with the defaults: \(error.message)",
                cause: error)
        }
    }

    /// Measures some options and records the result.
    private mutating func measure(_ tuning: EngineTuning, _ search: inout TuningSearch, _ engines: inout Engines) async throws {
        guard let workload else { return }
        let start = time.now()
        var ready = start
        let result: Result<EngineMeasurement, TuningSearch.Failure>
        do {
            let left = budget - elapsed
            let (engine, isNew) = try await engine(with: tuning, &engines)
            let time = time
            let measured = try await time.value(within: left) {
                if isNew { try await engine.ready(time) }
                let ready = time.now()
                // The first request of an engine reads its weights.
                if isNew { _ = try await engine.connection.generationSpeed() }
                return (ready: ready, measurement: try await engine.connection.measured(workload, time))
            }
            if var measured {
                ready = measured.ready
                measured.measurement.memory = engine.memory(weights: need.estimate.weights, supervisor.configuration.memoryOfProcess)
                result = .success(measured.measurement)
            } else {
                result = .failure(.init(reason: "the time was over"))
            }
        } catch let error as RoostError {
            result = .failure(.init(reason: error.message))
            try await end { $0.tuning == tuning }
        }
        search.record(result, of: tuning, start: ready - start, measurement: time.now() - ready)
    }

    /// Returns the engine with some options, and whether it was started for this call.
    private mutating func engine(with tuning: EngineTuning, _ engines: inout Engines) async throws -> (CalibrationEngine, isNew: Bool) {
        if let index = running.firstIndex(where: { $0.tuning == tuning }) {
            let engine = running.remove(at: index)
            running.append(engine)
            return (engine, false)
        }
        // The one that was measured last is the one to compare with.
        let kept = running.suffix(keepsTwo ? 1 : 0).map(\.tuning)
        try await end { !kept.contains($0.tuning) }
        return (try await start(tuning, &engines), true)
    }

    private mutating func end(where isUnneeded: (CalibrationEngine) -> Bool) async throws {
        for engine in running where isUnneeded(engine) { try await engine.end() }
        running.removeAll(where: isUnneeded)
    }

    private mutating func start(_ tuning: EngineTuning, _ engines: inout Engines) async throws -> CalibrationEngine {
        let configuration = supervisor.configuration
        let socket = await supervisor.newSocket()
        let files = EngineFiles(socket: socket, home: configuration.sandboxHome)
        try await files.prepare()
        let engine = CalibrationEngine(
            tuning: tuning, connection: try await supervisor.connection(of: entry.reference, at: socket),
            command: EngineCommand(
                configuration, executable: executable, entry: entry, socket: socket, plan: plan(tuning), promptStep: tuning.promptStep),
            files: files)
        running.append(engine)
        engines.addTask { await engine.run() }
        return engine
    }

    private var contextLength: Int { min(plan.contextLength, Self.contextLength) }

    private func plan(_ tuning: EngineTuning) -> EnginePlan { Self.plan(plan, tuning) }

    /// The plan of an engine that is measured.
    static func plan(_ plan: EnginePlan, _ tuning: EngineTuning) -> EnginePlan {
        var measured = EnginePlan(
            slots: tuning.slots ?? plan.slots, contextLength: min(plan.contextLength, contextLength), reason: "a calibration",
            makesEmbeddings: false, promptCacheMiB: plan.promptCacheMiB, tuning: tuning)
        measured.companions = plan.companions
        measured.attention = plan.attention
        return measured
    }
}

extension TimeSource {
    /// Returns the result of `body`; `nil` if it takes longer than `limit`.
    func value<Value: Sendable>(within limit: Duration, _ body: @escaping @Sendable () async throws -> Value) async throws -> Value? {
        try await withThrowingTaskGroup(of: Value?.self) { group in
            group.addTask { try await body() }
            group.addTask {
                try await sleep(limit)
                return nil
            }
            defer { group.cancelAll() }
            return try await group.next() ?? nil
        }
    }
}
