import HubClient
import Logging
import ModelFormats
import ModelLibrary
import RoostCore
import SystemPackage

/// One run of one job: the stages in order, again from the first when bytes turned out wrong. Every stage may be repeated at no cost.
struct PullPipeline: Sendable {
    let job: Job
    let hub: HubClient
    let board: PullProgressBoard
    let limiter: BandwidthLimiter
    let configuration: PullWorker.Configuration
    let logger: Logger
    /// Writes the live state to jobs.db; tells whether the job is still ours.
    let persist: @Sendable () async -> Bool
    /// Writes the plan's files to jobs.db.
    let recordFiles: @Sendable ([JobFile]) async -> Void
    /// Writes to jobs.db which bytes of some files are safe.
    let recordVerified: @Sendable ([String: [[Int64]]]) async -> Void
    /// Writes a sentence into the job's history.
    let note: @Sendable (String) async -> Void

    /// Works until there is an outcome, with the state written to jobs.db once a second beside the work. Who has lost the job stops.
    func run() async -> PullOutcome {
        await withTaskGroup(of: PullOutcome?.self) { group in
            group.addTask {
                while !Task.isCancelled {
                    guard (try? await Task.sleep(for: .seconds(1))) != nil else { return nil }
                    guard await persist() else { return .interrupted }
                }
                return nil
            }
            group.addTask { await work() }
            defer { group.cancelAll() }
            while let result = await group.next() {
                if let result { return result }
            }
            return .interrupted
        }
    }

    private func work() async -> PullOutcome {
        var localPath: String?
        while true {
            board.update(job.id) { $0.beginAttempt() }
            do {
                let pulled = try await fetchFiles()
                localPath = pulled.localPath
                if job.initialize == true { try await load(pulled.reference) }
                return .succeeded(localPath: pulled.localPath, notLoaded: nil)
            } catch {
                if Task.isCancelled || error is CancellationError { return .interrupted }
                let failure = describe(error)
                switch board.update(job.id, { $0.failed(failure, jitter: .random(in: 0...1)) }) {
                case .again:
                    logger.warning("a try failed and is repeated at once: \(failure.message)", metadata: ["job": "\(job.id)"])
                case .retry(let pause): return .postponed(failure, pause: pause)
                case .giveUp, nil: return .givenUp(failure, localPath: localPath)
                }
            }
        }
    }

    private func fetchFiles() async throws -> PulledModel {
        let reference = try ModelReference(parsing: job.model)
        try await enter(.resolving)
        let resolved = try await ResolveStage(hub: hub).run(reference.repository, revision: job.revision)
        try await enter(.planning)
        let plan = try await PlanStage(hub: hub, conversions: configuration.conversions)
            .run(reference: reference, policy: policy, patterns: job.filePatterns, resolved: resolved)
        defer { plan.claim?.release() }
        for text in plan.notes + [plan.alternatives, plan.conversion?.decision.reason].compactMap(\.self) { await note(text) }
        if let made = await ConvertStage(plan, hub: hub, settings: configuration.conversions, logger: logger)?.existing() {
            board.update(job.id) { $0.planned(sizeBytes: plan.sizeBytes, totalBytes: 0, quantized: plan.isQuantized) }
            await note("\(plan.reference) was made of this commit before, and is used again.")
            return PulledModel(reference: plan.reference, localPath: made.string)
        }
        // One change: no client sees a plan without the bytes that an earlier run has left.
        let present = plan.files.map { ($0.path, hub.presentBytes(of: $0, in: plan.revision)) }
        board.update(job.id) { machine in
            machine.planned(sizeBytes: plan.sizeBytes, totalBytes: plan.totalBytes, quantized: plan.isQuantized)
            machine.listed(Dictionary(plan.files.map { ($0.path, $0.size) }) { first, _ in first })
            for (file, bytes) in present { machine.found(bytes, of: file, at: board.now) }
            machine.enter(.downloading, at: board.now)
        }
        await recordFiles(plan.files.map { JobFile(path: $0.path.description, size: $0.size, digest: $0.digest.description) })
        try await persistOwned()
        return PulledModel(reference: plan.reference, localPath: try await bring(plan).string)
    }

    /// Downloads the files, and makes the model of them meanwhile where they are not one.
    ///
    /// - Returns: The folder that holds the model.
    private func bring(_ plan: PullPlan) async throws -> FilePath {
        let download = { @Sendable (observer: DownloadObserver) in
            try await DownloadStage(hub: hub).run(plan, observer: observer, limiter: limiter)
            writeReceipt(of: plan)
        }
        guard let convert = ConvertStage(plan, hub: hub, settings: configuration.conversions, logger: logger) else {
            try await download(observer)
            return hub.snapshotDirectory(of: plan.revision)
        }
        return try await convert.run(
            observer: observer,
            download: { observer in
                try await download(observer)
                try await enter(convert.order.stage)
            }, note: note,
            progress: { progress in board.update(job.id) { $0.converted(progress.bytes, of: progress.totalBytes) } })
    }

    private var observer: DownloadObserver {
        DownloadObserver(
            onProgress: { file, bytes in board.update(job.id) { $0.received(bytes, of: file.path, at: board.now) } },
            onSynced: { file, ranges in await recordVerified([file.path.description: ranges]) },
            onVerified: { files in
                await recordVerified(Dictionary(files.map { ($0.path.description, $0.size == 0 ? [] : [[0, $0.size]]) }) { first, _ in first })
            })
    }

    /// The model is here and right whether or not that can be noted; the next pull of it notes it again.
    private func writeReceipt(of plan: PullPlan) {
        let now = Timestamp(configuration.now())
        let receipt = hub.receipt(of: plan.files, in: plan.revision, startedAt: job.startedAt ?? now, pulledAt: now)
        do {
            try configuration.receipts?.add(receipt, of: plan.revision.repository, commit: plan.revision.commit)
        } catch {
            logger.warning("a pull's receipt cannot be written", metadata: ["job": "\(job.id)", "error": "\(error)"])
        }
    }

    private func load(_ reference: ModelReference) async throws {
        try await enter(.loading)
        try await configuration.loadModel(reference)
    }

    /// Begins a stage. It is written at once: the times of a job's events say how long each stage lasted.
    private func enter(_ stage: PullStage) async throws {
        board.update(job.id) { $0.enter(stage, at: board.now) }
        try await persistOwned()
    }

    private func persistOwned() async throws {
        guard await persist() else { throw CancellationError() }
    }

    /// A row of another program may hold a word we do not know; `auto` is what it would have got from us.
    private var policy: QuantizationPolicy { job.quantize.flatMap(QuantizationPolicy.init(rawValue:)) ?? .auto }

    private func describe(_ error: any Error) -> RoostError {
        let machine = board.machine(job.id)
        return RoostError.wrapping(error, as: .unexpected, "The pull failed because of an internal error")
            .adding("stage", machine?.stage?.rawValue ?? "none")
            .adding("attempts", "\(machine?.attempts ?? 0)")
    }
}

/// A model whose files are complete.
struct PulledModel: Sendable {
    /// Its name with the quantisation that was chosen.
    let reference: ModelReference
    /// The snapshot folder.
    let localPath: String
}
