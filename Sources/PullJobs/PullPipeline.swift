import HubClient
import Logging
import RoostCore
import SystemPackage

/// One run of one job: the stages in order, again from the first after a failure that can pass. Every stage may be repeated at no cost.
struct PullPipeline: Sendable {
    let job: Job
    let hub: HubClient
    let board: PullProgressBoard
    let configuration: PullWorker.Configuration
    let logger: Logger
    /// Writes the live state to jobs.db.
    let persist: @Sendable () async -> Void

    func run() async -> PullOutcome {
        var localPath: String?
        while true {
            board.update(job.id) { $0.beginAttempt() }
            do {
                let pulled = try await fetch()
                localPath = pulled.localPath
                if job.initialize == true { try await load(pulled.reference) }
                return .succeeded(localPath: pulled.localPath)
            } catch {
                if Task.isCancelled || error is CancellationError { return .interrupted }
                let failure = describe(error)
                guard case .retry(let pause)? = board.update(job.id, { $0.failed(failure) }) else { return .failed(failure, localPath: localPath) }
                logger.warning("a try failed and is repeated in \(pause): \(failure.message)", metadata: ["job": "\(job.id)"])
                do { try await configuration.sleep(pause) } catch { return .interrupted }
            }
        }
    }

    /// The stages up to the complete files, with the state written to jobs.db once a second beside them.
    private func fetch() async throws -> PulledModel {
        try await withThrowingTaskGroup(of: PulledModel?.self) { group in
            group.addTask {
                while true {
                    try await Task.sleep(for: .seconds(1))
                    await persist()
                }
            }
            group.addTask { try await fetchFiles() }
            defer { group.cancelAll() }
            while let result = try await group.next() {
                if let result { return result }
            }
            throw CancellationError()
        }
    }

    private func fetchFiles() async throws -> PulledModel {
        let reference = try ModelReference(parsing: job.model)
        enter(.resolving)
        let resolved = try await ResolveStage(hub: hub).run(reference.repository)
        enter(.planning)
        let plan = try PlanStage(hub: hub).run(reference: reference, policy: policy, resolved: resolved)
        let received: @Sendable (Int64, RepositoryFilePath) -> Void = { bytes, file in
            board.update(job.id) { $0.received(bytes, of: file, at: board.now) }
        }
        // One change: nobody sees a plan without the bytes that an earlier run has left.
        let present = plan.files.map { ($0.path, hub.presentBytes(of: $0, in: plan.revision)) }
        board.update(job.id) { machine in
            machine.planned(sizeBytes: plan.sizeBytes, totalBytes: plan.totalBytes, quantized: plan.isQuantized)
            for (file, bytes) in present { machine.received(bytes, of: file, at: board.now) }
        }
        await persist()
        enter(.downloading)
        try await DownloadStage(hub: hub).run(plan, onProgress: received)
        return PulledModel(reference: plan.reference, localPath: hub.snapshotDirectory(of: plan.revision).string)
    }

    private func load(_ reference: ModelReference) async throws {
        enter(.loading)
        try await configuration.loadModel(reference)
    }

    private func enter(_ stage: PullStage) { board.update(job.id) { $0.enter(stage) } }

    /// A row of another program may hold a word we do not know; `auto` is what it would have got from us.
    private var policy: QuantizationPolicy { job.quantize.flatMap(QuantizationPolicy.init(rawValue:)) ?? .auto }

    private func describe(_ error: any Error) -> RoostError {
        let machine = board.machine(job.id)
        return RoostError.wrapping(error, as: .unexpected, "The pull failed for a reason nobody foresaw")
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
