import AsyncHTTPClient
import NIOCore
import RoostCore

/// Finds the wrong bytes of a complete file whose digest is wrong, by fetching it once more and comparing.
///
/// The Hub names a digest for the whole file only, so nothing else can tell where the fault is. What agrees is not written again, and the pass
/// ends as soon as the file is right.
struct FileRepair: Sendable {
    let source: FileSource
    let partial: PartialFile
    let disk: DiskThreads

    /// Compared at once.
    private static let batchSize = 1 << 20
    /// How often the rest of the file is hashed on the chance that the fault is behind us.
    private static let mostProbes = 8

    private struct Pass: Sendable {
        var hasher: ContentHasher
        var offset: Int64 = 0
        var hasRepaired = false
        var probes = 0
    }

    /// Repairs the file.
    ///
    /// - Returns: What it hashes to now.
    /// - Throws: `RoostError`; `CancellationError`. What was repaired stays repaired.
    func run() async throws -> ContentDigest {
        // Without ranges: a server that sends the wrong part for one would do it again.
        let answer = try await source.get()
        try partial.file.requireWhole(answer)
        var pass = Pass(hasher: ContentHasher(like: partial.file.digest, size: partial.file.size))
        var batch: [ByteBuffer] = []
        var collected = 0
        do {
            for try await chunk in source.transport.body(of: answer) {
                batch.append(chunk)
                collected += chunk.readableBytes
                try await source.limits.admit(chunk.readableBytes)
                guard pass.offset + Int64(collected) <= partial.file.size else { break }
                guard collected >= Self.batchSize else { continue }
                if try await compare(&batch, &pass), try await isRightNow(&pass) { return partial.file.digest }
                collected = 0
            }
            _ = try await compare(&batch, &pass)
        } catch {
            throw source.transport.failure(error, url: answer.url)
        }
        guard pass.offset == partial.file.size else { throw partial.file.cutShort(at: pass.offset, answer) }
        return pass.hasher.digest
    }

    /// Compares the batch with the file, overwriting what differs.
    ///
    /// - Returns: Whether it agrees after earlier bytes did not.
    private func compare(_ batch: inout [ByteBuffer], _ pass: inout Pass) async throws -> Bool {
        let (buffers, offset) = (batch, pass.offset)
        batch = []
        let result = try await disk.run { [partial, hasher = pass.hasher] in
            var hasher = hasher
            var end = offset
            var differs = false
            for buffer in buffers {
                try buffer.withUnsafeReadableBytes { bytes in
                    hasher.update(bytes)
                    let here = try [UInt8](unsafeUninitializedCapacity: bytes.count) { space, count in
                        count = try partial.read(at: end, into: UnsafeMutableRawBufferPointer(space))
                    }
                    if !here.elementsEqual(bytes) { differs = true }
                }
                end += Int64(buffer.readableBytes)
            }
            if differs { try partial.write(buffers, at: offset) }
            return (hasher, end, differs)
        }
        (pass.hasher, pass.offset) = (result.0, result.1)
        defer { pass.hasRepaired = result.2 }
        return pass.hasRepaired && !result.2
    }

    /// Whether the rest of the file, as it is on the disk, completes it.
    private func isRightNow(_ pass: inout Pass) async throws -> Bool {
        guard pass.probes < Self.mostProbes else { return false }
        pass.probes += 1
        return try await disk.run { [partial, hasher = pass.hasher, start = pass.offset] in
            var hasher = hasher
            return try partial.hash(from: start, to: partial.file.size, into: &hasher) && hasher.digest == partial.file.digest
        }
    }
}
