import Logging
import RoostCore
import SystemPackage

/// One attempt to complete a file, with as many streams as are useful, one hasher and a journal. The caller holds the
/// blob's lock.
struct FileTransfer: Sendable {
    let source: FileSource
    let partial: PartialFile
    let disk: DiskThreads
    let space: DiskSpace
    /// The maximum number of streams.
    let mostStreams: Int
    /// The size in bytes above which a file is requested only in parts.
    let largestWhole: Int64
    let time: TimeSource
    let observer: DownloadObserver

    private enum Event: Sendable {
        case streamEnded
        case streamFailed(RoostError, lasting: Duration)
        case hashed(FileHasher.Finding, FileHasher)
        case tick
    }

    private static let tick: Duration = .milliseconds(250)

    /// Completes the partial file and hashes it.
    ///
    /// - Returns: The digest of the file.
    /// - Throws: `RoostError`; `CancellationError`. The downloaded bytes are kept for the next attempt.
    func run() async throws -> ContentDigest {
        let missing = partial.missing
        try requireSpace()
        observer.onProgress(partial.file, partial.bytes)
        if !missing.isEmpty { try await disk.run { [partial] in try partial.reserve() } }
        do {
            return try await work(SharedQueue(SegmentQueue(missing: missing)))
        } catch {
            // The next attempt starts from here. The first error is the one to report.
            try? await disk.runToTheEnd { [partial] in try partial.checkpoint(isLast: true) }
            throw error
        }
    }

    /// Checks the free space again, because other programs may have filled the disk. The bytes that are not reserved
    /// yet must fit, without using the reserve.
    private func requireSpace() throws {
        try space.require(partial.unreserved, in: partial.path.removingLastComponent(), for: partial.file.path.description.quotedForPeople)
    }

    private var hasher: FileHasher {
        FileHasher(partial, disk: disk) { [observer, partial] in observer.onGrown(partial.file, partial.path, $0) }
    }

    private func work(_ queue: SharedQueue) async throws -> ContentDigest {
        let pace = TransferPace(most: mostStreams)
        var repetition = Repetition(pauses: source.transport.pauses)
        return try await withThrowingTaskGroup(of: Event.self) { group in
            defer { group.cancelAll() }
            var streams = 0
            func launch() {
                while streams < min(pace.target, source.limits.mostStreams),
                    let segment = queue.change({ [size = segmentSize(pace.target)] in $0.next(atMost: size) })
                {
                    streams += 1
                    group.addTask { try await fetch(segment, queue, pace) }
                }
            }
            group.addTask { try await follow(hasher) }
            if partial.file.size > PartialFile.largestWithoutJournal {
                group.addTask { await tick(pace) }
                group.addTask { try await keepJournal() }
            }
            launch()
            while let event = try await group.next() {
                switch event {
                case .streamEnded: streams -= 1
                case .streamFailed(let error, let duration):
                    guard let pause = repetition.pause(after: error, lasting: duration, bytes: partial.bytes) else { throw error }
                    // The stream still counts while it waits, and then fetches missing bytes.
                    group.addTask {
                        try await source.transport.wait(pause, after: error)
                        return .streamEnded
                    }
                case .hashed(.digest(let digest), _): return digest
                case .hashed(.damaged(let range), let hasher):
                    source.transport.logger.warning(
                        "a part of a file is not as an earlier run received it and is downloaded again",
                        metadata: ["file": "\(partial.file.path)", "bytes": "\(range.lowerBound)-\(range.upperBound - 1)"])
                    partial.forget(range)
                    queue.change { $0.add(range) }
                    group.addTask { try await follow(hasher) }
                case .tick:
                    pace.measure(partial.bytes)
                    try await disk.run {
                        try partial.note()
                        try requireSpace()
                    }
                    group.addTask { await tick(pace) }
                }
                launch()
            }
            throw CancellationError()
        }
    }

    /// The size of the parts. A single stream requests as much as a request may. Several streams get parts that are
    /// small enough for the hasher to keep up, and large enough for the cost of a request not to matter.
    private func segmentSize(_ streams: Int) -> Int64 {
        guard streams == 1 else { return min(max(partial.file.size / Int64(2 * mostStreams), 8 << 20), 64 << 20) }
        return partial.file.size > largestWhole ? max(1, largestWhole / 12) : .max
    }

    private func fetch(_ segment: SegmentQueue.Segment, _ queue: SharedQueue, _ pace: TransferPace) async throws -> Event {
        let stream = SegmentStream(source: source, partial: partial, queue: queue, disk: disk, observer: observer)
        let start = ContinuousClock.now
        do {
            try await stream.run(segment) { pace.answered(after: $0) }
            return .streamEnded
        } catch let error as RoostError where error.isTransient {
            return .streamFailed(error, lasting: ContinuousClock.now - start)
        }
    }

    private func follow(_ hasher: FileHasher) async throws -> Event {
        var hasher = hasher
        let finding = try await hasher.follow()
        return .hashed(finding, hasher)
    }

    /// Writes the journal while the streams run, until it is cancelled.
    private func keepJournal() async throws -> Event {
        while true {
            await partial.isDue.next()
            try Task.checkCancellation()
            try await disk.run { [partial] in try partial.checkpoint() }
            await observer.onSynced(partial.file, partial.synced)
        }
    }

    private func tick(_ pace: TransferPace) async -> Event {
        await pace.grown.wait(atMost: Self.tick, time)
        return .tick
    }
}
