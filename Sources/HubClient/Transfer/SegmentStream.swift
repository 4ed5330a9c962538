import AsyncHTTPClient
import NIOCore
import RoostCore

/// Downloads one segment of a file: sends one request, checks the response, and writes the bytes at their position.
struct SegmentStream: Sendable {
    let source: FileSource
    let partial: PartialFile
    let queue: SharedQueue
    let disk: DiskThreads
    let observer: DownloadObserver

    /// The number of bytes that are written at a time.
    static let batchSize = 1 << 20
    /// The maximum time between writes of a slow transfer, so that progress is visible and a kill loses little.
    static let longestBatch: Duration = .milliseconds(500)

    /// Downloads the segment, or the complete file if the server does not support ranges.
    ///
    /// - Parameters:
    ///   - segment: The segment.
    ///   - onAnswer: Receives the time until the head of the response.
    /// - Throws: `RoostError`; `CancellationError`. Received bytes are written.
    func run(_ segment: SegmentQueue.Segment, onAnswer: @Sendable (Duration) -> Void) async throws {
        defer { queue.change { $0.end(segment.id) } }
        let start = ContinuousClock.now
        guard let (answer, offset) = try await answer(to: segment) else { return }
        onAnswer(ContinuousClock.now - start)
        try answer.requireIdentityEncoding()
        try await receive(answer, at: offset, segment)
    }

    /// Requests the segment; if the server's response does not match it, requests the complete file.
    ///
    /// - Returns: The response, and the position of its body in the file; `nil` if another stream downloads everything.
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
                    // The response is not the file, so no bytes are kept.
                    try partial.discard()
                    throw partial.file.wrongSize("more", answer)
                }
                batch.add(chunk)
                try await source.limits.admit(chunk.readableBytes)
                guard batch.bytes >= Self.batchSize || batch.age >= Self.longestBatch else { continue }
                let end = try await write(&batch, segment)
                try Task.checkCancellation()
                // Another stream downloads the rest. Closing the connection is the only way to stop the server.
                if batch.offset >= end { return }
            }
        } catch {
            // Received bytes are kept for the next attempt. A failure to write them is final, because other streams may
            // have left bytes to this one.
            _ = try await write(&batch, segment)
            throw source.transport.failure(error, url: answer.url)
        }
        let end = try await write(&batch, segment)
        guard batch.offset >= end else { throw partial.file.cutShort(at: partial.bytes, answer) }
    }

    /// Writes the collected bytes.
    ///
    /// - Returns: The current end of the segment.
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

/// Received bytes that are not written yet.
private struct Batch {
    /// The position of the first collected byte.
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

    /// Starts the next batch at the end of this one.
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
