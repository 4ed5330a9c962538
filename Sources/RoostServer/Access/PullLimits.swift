import Access
import Foundation
import JobStore
import RoostCore

/// The limits of pulls, by the jobs of a key's owner.
struct PullLimits: Sendable {
    /// One owner's pulls are accepted one after the other, so that two at once cannot both take the last place.
    private static let turns = OneAtATime<String>()

    let database: any JobStore

    /// Accepts a pull when the limits of its key allow one more.
    ///
    /// - Parameters:
    ///   - pull: The pull.
    ///   - caller: Who asks for it.
    ///   - accept: Accepts it.
    /// - Returns: The result of `accept`.
    /// - Throws: `RoostError` with code `rateLimited`; the errors of `accept`.
    func accept<Value: Sendable>(
        _ pull: NewPull, by caller: Caller, _ accept: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        guard let key = caller.key, key.limits.concurrentPulls != nil || key.limits.diskBytes != nil else { return try await accept() }
        return try await Self.turns.alone(with: key.owner) {
            try await check(pull, key)
            return try await accept()
        }
    }

    /// Refuses to let a key with a limit of bytes delete a job that counts towards it: the files would stay.
    ///
    /// - Parameters:
    ///   - id: The id of a job.
    ///   - caller: Who wants to delete it.
    /// - Throws: `RoostError` with code `forbidden`; errors of the database.
    func checkDeletion(of id: String, by caller: Caller) async throws {
        guard let key = caller.key, !key.isAdmin, key.limits.diskBytes != nil, let job = try await database.job(id: id), job.bytesOnDisk > 0 else {
            return
        }
        throw RoostError(
            .forbidden,
            "This job counts for the limit disk_bytes of the key \(key.id) with \(ByteCount(job.bytesOnDisk)); have the operator delete its model and then the job."
        )
    }

    private func check(_ pull: NewPull, _ key: StoredKey) async throws {
        let new = try Job(pull, id: "", createdAt: Timestamp(rawValue: ""))
        let jobs = try await jobs(of: key.owner)
        let active = jobs.filter { !$0.status.isFinished }
        // It only joins that one.
        guard !active.contains(where: { $0.isSame(as: new) }) else { return }
        if let most = key.limits.concurrentPulls, active.count >= most {
            throw RoostError(
                .rateLimited,
                "\(key.owner.quotedForPeople) has \(active.count) queued and running pulls, and the key \(key.id) may have \(most) (concurrent_pulls); wait for one to end, or cancel one.",
                retryAfter: .seconds(30))
        }
        guard let most = key.limits.diskBytes else { return }
        // Several pulls of one model need its space once, and one that goes on with what it has needs no more.
        let models = Dictionary(grouping: jobs.filter { !$0.isSame(as: new) }) { [$0.model, $0.revision ?? ""] }
        let bytes = models.values.reduce(0) { $0 + ($1.map(\.bytesOnDisk).max() ?? 0) }
        guard bytes < most else {
            throw RoostError(
                .rateLimited,
                "The pulls of \(key.owner.quotedForPeople) have \(ByteCount(bytes)), and the key \(key.id) may have \(ByteCount(Int64(most))) (disk_bytes); have a model and its jobs deleted first.",
                retryAfter: .seconds(3600))
        }
    }

    private func jobs(of owner: String) async throws -> [Job] {
        var filter = JobFilter(limit: 1000)
        filter.userID = owner
        var jobs: [Job] = []
        repeat {
            let page = try await database.completePage(matching: filter)
            jobs += page.jobs
            filter.cursor = page.next
        } while filter.cursor != nil
        return jobs
    }
}

extension Job {
    /// The bytes that the pull has, or will have when it succeeds. One that failed or was canceled keeps what it downloaded.
    fileprivate var bytesOnDisk: Int64 {
        status.isFinished && status != .succeeded ? downloadedBytes ?? 0 : max(sizeBytes ?? 0, totalBytes ?? 0)
    }

    /// Whether a pull like this one would join the other.
    fileprivate func isSame(as other: Job) -> Bool {
        model == other.model && quantize == other.quantize && initialize == other.initialize && revision == other.revision
            && allowPatterns == other.allowPatterns && ignorePatterns == other.ignorePatterns
    }
}
