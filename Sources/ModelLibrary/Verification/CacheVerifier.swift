import DurableFiles
import Foundation
package import HubClient
package import RoostAPI
package import RoostCore
import SystemPackage

/// Hashes every file of models again and compares it with the expected digest, on all processors.
///
/// Content that several snapshots share is hashed once. The use of memory does not depend on the size of the files.
package struct CacheVerifier: Sendable {
    private let cache: HubCache
    private let receipts: ReceiptFolder
    /// Whether to verify models that Roost converted too.
    package var includesConversions = true

    private static let width = max(1, ProcessInfo.processInfo.activeProcessorCount)
    /// One set of threads for all verifications.
    private static let disk = DiskThreads(width)

    /// The number of bytes that a thread hashes between two checks for cancellation.
    private static let step: Int64 = 32 << 20

    /// Creates a verifier.
    ///
    /// - Parameters:
    ///   - cache: The cache.
    ///   - receipts: Roost's receipts of its pulls.
    package init(cache: HubCache, receipts: ReceiptFolder) {
        self.cache = cache
        self.receipts = receipts
    }

    /// Verifies models.
    ///
    /// - Parameters:
    ///   - selector: The models; `nil` for all.
    ///   - onProgress: Receives the progress, frequently and from any thread.
    /// - Returns: The findings.
    /// - Throws: `RoostError` with code `modelNotFound` or `fileSystem`; `CancellationError`.
    @concurrent
    package func verify(_ selector: ModelSelector?, onProgress: @escaping @Sendable (VerifyProgress) -> Void = { _ in }) async throws -> VerifyReport
    {
        let items = try await Self.disk.run { try self.items(selector) }
        var (findings, work) = sort(items)
        let meter = VerifyMeter(files: items.count, bytes: work.reduce(0) { $0 + ($1.first?.size ?? 0) }, report: onProgress)
        meter.add(files: items.count - work.reduce(0) { $0 + $1.count })
        findings += try await hash(work, meter)
        let unchecked = items.filter { $0.size != nil && $0.expectedDigest == nil }.map(\.location.string)
        return VerifyReport(
            files: items.count, bytes: meter.bytes, findings: findings.sorted { ($0.model, $0.path, $0.commit) < ($1.model, $1.path, $1.commit) },
            unchecked: unchecked)
    }

    private func items(_ selector: ModelSelector?) throws -> [VerificationItem] {
        guard let selector else {
            let made = !includesConversions ? [] : receipts.repositories().flatMap(receipts.conversions).compactMap(VerificationItem.init)
            return try cache.repositories().flatMap { repository in try repository.commits().flatMap { try self.items(repository, $0, nil) } } + made
        }
        let repository = cache.repository(selector.repository)
        let made = !includesConversions ? [] : try receipts.conversions(of: selector, in: cache).compactMap(VerificationItem.init)
        let items = try repository.commits(of: selector).flatMap { try self.items(repository, $0, selector.variant) } + made
        guard !items.isEmpty else { throw RoostError.notHere(selector) }
        return items
    }

    private func items(_ repository: CachedRepository, _ commit: CommitHash, _ variant: VariantName?) throws -> [VerificationItem] {
        try repository.items(of: commit, variant: variant, receipt: receipts.receipt(of: repository.id, commit: commit))
    }

    /// Checks what needs no hashing, and groups the other files by content, the largest first, so that all processors
    /// finish at about the same time.
    private func sort(_ items: [VerificationItem]) -> (findings: [VerifyReport.Finding], work: [[VerificationItem]]) {
        var findings: [VerifyReport.Finding] = []
        var groups: [SnapshotEntry.Identity: [VerificationItem]] = [:]
        for item in items {
            guard let size = item.size, let identity = item.identity else {
                findings.append(item.finding(.missing, "is missing."))
                continue
            }
            if let expected = item.expectedSize, expected != size {
                findings.append(item.finding(.size, "has \(size) bytes and should have \(expected)."))
            } else if item.expectedDigest != nil {
                groups[identity, default: []].append(item)
            }
        }
        // Several names of the same content may have different expected digests.
        let work = groups.values.flatMap { Dictionary(grouping: $0) { $0.expectedDigest }.values }
        return (findings, work.sorted { ($0[0].size ?? 0, $0[0].location.string) > ($1[0].size ?? 0, $1[0].location.string) })
    }

    private func hash(_ work: [[VerificationItem]], _ meter: VerifyMeter) async throws -> [VerifyReport.Finding] {
        try await withThrowingTaskGroup(of: [VerifyReport.Finding].self) { group in
            var findings: [VerifyReport.Finding] = []
            for (index, items) in work.enumerated() {
                if index >= Self.width { findings += try await group.next() ?? [] }
                group.addTask {
                    let verdict = try await verdict(items[0], meter)
                    meter.add(files: items.count)
                    return verdict.map { verdict in items.map { $0.finding(verdict.problem, verdict.what) } } ?? []
                }
            }
            for try await more in group { findings += more }
            return findings
        }
    }

    private func verdict(_ item: VerificationItem, _ meter: VerifyMeter) async throws -> (
        problem: VerifyReport.Problem, what: String
    )? {
        guard let expected = item.expectedDigest, let size = item.size else { return nil }
        var hasher = ContentHasher(like: expected, size: size)
        do {
            let descriptor = try FileSystem.attempt("open", item.content) {
                try FileDescriptor.open(item.location, .readOnly, options: [.closeOnExec])
            }
            // Closing a file after reading loses no data.
            defer { try? descriptor.close() }
            var offset: Int64 = 0
            while offset < size {
                try Task.checkCancellation()
                let count = min(Self.step, size - offset)
                let (done, next) = try await Self.disk.run { [hasher, offset] in
                    var hasher = hasher
                    return (try hasher.update(from: descriptor, item.content, at: offset, count: count), hasher)
                }
                hasher = next
                offset += done
                meter.add(bytes: done)
                guard done == count else { return (.size, "became shorter while it was read.") }
            }
        } catch let error as RoostError {
            return (.unreadable, "cannot be read: \(error.message)")
        }
        let actual = hasher.digest
        return actual == expected ? nil : (.content, "is damaged: it hashes to \(actual) instead of \(expected).")
    }
}

extension CachedRepository {
    /// The commits that a selector refers to.
    func commits(of selector: ModelSelector) throws -> [CommitHash] {
        try selector.revision.map(commits(named:)) ?? commits()
    }
}

extension RoostError {
    /// The error for a model that is not in the cache.
    static func notHere(_ selector: ModelSelector) -> RoostError {
        RoostError(.modelNotFound, "\(selector) is not on this machine; `roost models list` shows all models.", field: "model")
    }
}
