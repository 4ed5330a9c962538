import AsyncHTTPClient
import NIOCore
import RoostCore

/// Fetches one segment of a file: one request, its answer checked, its bytes written where they belong.
struct SegmentStream: Sendable {
    let source: FileSource
    let partial: PartialFile
    let queue: SharedQueue
    let disk: DiskThreads
    let observer: DownloadObserver

    /// Written at once.
    static let batchSize = 1 << 20
    /// A slow transfer is written at least this often, so that progress shows and a kill costs little.
    static let longestBatch: Duration = .milliseconds(500)

    /// Fetches the segment, or the whole file where the server has no ranges.
    ///
    /// - Parameters:
    ///   - segment: What to fetch.
    ///   - onAnswer: Hears how long the answer's head took.
    /// - Throws: `RoostError`; `CancellationError`. What arrived is written.
    func run(_ segment: SegmentQueue.Segment, onAnswer: @Sendable (Duration) -> Void) async throws {
        defer { queue.change { $0.end(segment.id) } }
        let start = ContinuousClock.now
        guard let (answer, offset) = try await answer(to: segment) else { return }
        onAnswer(ContinuousClock.now - start)
        try answer.requireIdentityEncoding()
        try await receive(answer, at: offset, segment)
    }

    /// Asks for the segment; where the server's idea of it differs from ours, for everything.
    ///
    /// - Returns: The answer, and where in the file its body begins; `nil` when another stream brings everything.
    private func answer(to segment: SegmentQueue.Segment) async throws -> (HubAnswer, Int64)? {
        let size = partial.file.size
        guard segment.range != 0..<size else {
            let answer = try requireWhole(try await source.get())
            queue.change { $0.isWhole(segment.id) }
            return (answer, 0)
        }
        let answer = try await source.get(segment.range)
        if answer.isPart(segment.range, of: size) { return (answer, segment.range.lowerBound) }
        let isRangeRefused = [206, 416].contains(answer.status)
        let whole = try requireWhole(isRangeRefused ? try await source.get() : answer)
        return queue.change { $0.giveAll(to: segment.id, size: size) } ? (whole, 0) : nil
    }

    private func requireWhole(_ answer: HubAnswer) throws -> HubAnswer {
        try partial.file.requireWhole(answer)
        return answer
    }

    private func receive(_ answer: HubAnswer, at start: Int64, _ segment: SegmentQueue.Segment) async throws {
        var batch = Batch(offset: start)
        do {
            for try await chunk in source.transport.body(of: answer) {
                guard batch.end + Int64(chunk.readableBytes) <= partial.file.size else {
                    // Whatever this is, it is not the file: none of it is kept.
                    try partial.discard()
                    throw partial.file.wrongSize("more", answer)
                }
                batch.add(chunk)
                try await source.limits.admit(chunk.readableBytes)
                guard batch.bytes >= Self.batchSize || batch.age >= Self.longestBatch else { continue }
                let end = try await write(&batch, segment)
                try Task.checkCancellation()
                // Another stream took over the rest: breaking the connection is the only way to say so.
                if batch.offset >= end { return }
            }
        } catch {
            // Keep what arrived for the next attempt; the failure that ended this one is the one to tell.
            _ = try? await write(&batch, segment)
            throw source.transport.failure(error, url: answer.url)
        }
        let end = try await write(&batch, segment)
        guard batch.offset >= end else { throw partial.file.cutShort(at: partial.bytes, answer) }
    }

    /// Writes what is collected.
    ///
    /// - Returns: Where the segment ends now.
    private func write(_ batch: inout Batch, _ segment: SegmentQueue.Segment) async throws -> Int64 {
        let (offset, buffers) = (batch.offset, batch.buffers)
        batch.clear()
        if !buffers.isEmpty {
            try await disk.runToTheEnd { [partial] in try partial.write(buffers, at: offset) }
            observer.onProgress(partial.file, partial.bytes)
        }
        return queue.change { [end = batch.offset] in $0.advance(segment.id, to: end) }
    }
}

/// What arrived and is not written yet.
private struct Batch {
    /// Where the first collected byte belongs.
    private(set) var offset: Int64
    private(set) var bytes = 0
    private(set) var buffers: [ByteBuffer] = []
    private var begun = ContinuousClock.now

    init(offset: Int64) { self.offset = offset }

    var end: Int64 { offset + Int64(bytes) }

    var age: Duration { ContinuousClock.now - begun }

    mutating func add(_ chunk: ByteBuffer) {
        buffers.append(chunk)
        bytes += chunk.readableBytes
    }

    /// Begins the next batch where this one ends.
    mutating func clear() {
        offset = end
        bytes = 0
        buffers = []
        begun = .now
    }
}

extension HubAnswer {
    /// Whether this is exactly that part of a file of this size.
    fileprivate func isPart(_ range: Range<Int64>, of size: Int64) -> Bool {
        guard status == 206, let told = header("Content-Range").flatMap(ContentRange.init) else { return false }
        guard (contentLength ?? range.upperBound - range.lowerBound) == range.upperBound - range.lowerBound else { return false }
        return told.start == range.lowerBound && told.end == range.upperBound - 1 && (told.total ?? size) == size
    }
}
