import Foundation
import JobStore
import JobStoreSQLite
import RoostCore

/// What a worker does with the jobs that it claimed.
extension TortureWorker {
    mutating func progress() async throws {
        guard let index = held.indices.randomElement(using: &chance), let claim = held[index].claim else { return }
        let bytes = (held[index].downloadedBytes ?? 0) + Int64.random(in: 1...1000, using: &chance)
        Announcer.say("progressing \(claim.jobID) \(bytes)")
        let isKept = try await store.updateJob(claim, isProgress: true) { job in
            job.stage = .downloading
            job.downloadedBytes = bytes
            job.totalBytes = 1 << 40
            job.progress = min(1, Double(bytes) / Double(1 << 40))
        }
        if isKept {
            held[index].downloadedBytes = bytes
            Announcer.say("progressed \(claim.jobID) \(bytes)")
        } else {
            drop(claim)
        }
    }

    mutating func plan() async throws {
        guard let claim = held.randomElement(using: &chance)?.claim else { return }
        let files = (0..<3).map { JobFile(path: "file\($0)", size: 1000, digest: "sha256:\(String(repeating: "0", count: 64))") }
        guard try await store.setFiles(files, of: claim) else { return drop(claim) }
        _ = try await store.setVerified(["file1": [[0, 500]]], in: claim)
    }

    mutating func finish(as status: JobStatus) async throws {
        guard let claim = held.randomElement(using: &chance)?.claim else { return }
        Announcer.say("finishing \(claim.jobID) \(claim.attempt)")
        let isKept: Bool
        if plant == .unfenced {
            isKept = try await Plant.finishWithoutFence(claim, as: status, in: store)
        } else {
            let now = Timestamp(Date())
            isKept = try await store.updateJob(claim) { job in
                job.status = status
                job.stage = nil
                job.finishedAt = now
                job.error = status == .failed ? "The Hub did not answer." : nil
            }
        }
        if isKept { Announcer.say("finished \(claim.jobID) \(claim.attempt) \(status.rawValue)") }
        drop(claim)
    }

    /// A try failed; another begins soon.
    mutating func postpone() async throws {
        guard let claim = held.randomElement(using: &chance)?.claim else { return }
        let soon = Timestamp(Date().addingTimeInterval(0.02))
        let isKept = try await store.updateJob(claim) { job in
            job.status = .queued
            job.stage = .waitingForNetwork
            job.startedAt = nil
            job.runAfter = soon
            job.retryCount += 1
        }
        if isKept { Announcer.say("postponed \(claim.jobID) \(claim.attempt)") }
        drop(claim)
    }

    /// The job goes back into the queue, as when the server stops.
    mutating func giveBack() async throws {
        guard let claim = held.randomElement(using: &chance)?.claim else { return }
        let isKept = try await store.updateJob(claim) { job in
            job.status = .queued
            job.stage = nil
            job.startedAt = nil
        }
        if isKept { Announcer.say("returned \(claim.jobID) \(claim.attempt)") }
        drop(claim)
    }

    private mutating func drop(_ claim: JobClaim) { held.removeAll { $0.claim == claim } }
}
