import AsyncHTTPClient
import NIOCore
import RoostCore

/// Finds the wrong bytes of a complete file whose digest is wrong, by downloading it again and comparing.
///
/// The Hub provides a digest only for the complete file, so there is no other way to locate the error. Matching bytes
/// are not written again, and the pass ends as soon as the file is correct.
struct FileRepair: Sendable {
    let source: FileSource
    let partial: PartialFile
    let disk: DiskThreads

    /// The number of bytes to compare at a time.
    private static let batchSize = 1 << 20
    /// The maximum number of times that the rest of the file is hashed to check whether all errors are corrected.
    private static let mostProbes = 8

    private struct Pass: Sendable {
        var hasher: ContentHasher
        var offset: Int64 = 0
        var hasRepaired = false
        var probes = 0
    }

    /// Repairs the file.
    ///
    /// - Returns: The new digest.
    /// - Throws: `RoostError`; `CancellationError`. Repaired bytes stay repaired.
    func run() async throws -> ContentDigest {
        // Without ranges: a server that sends the wrong part for a range would do it again.
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

    /// Compares the batch with the file and overwrites different bytes.
    ///
    /// - Returns: Whether it matches after earlier bytes did not.
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
            if differs { try partial.write(buffers, at: offset, overwriting: true) }
            return (hasher, end, differs)
        }
        (pass.hasher, pass.offset) = (result.0, result.1)
        defer { pass.hasRepaired = result.2 }
        return pass.hasRepaired && !result.2
    }

    /// Whether the rest of the file on the disk completes the file correctly.
    private func isRightNow(_ pass: inout Pass) async throws -> Bool {
        guard pass.probes < Self.mostProbes else { return false }
        pass.probes += 1
        return try await disk.run { [partial, hasher = pass.hasher, start = pass.offset] in
            var hasher = hasher
            return try partial.hash(from: start, to: partial.file.size, into: &hasher) && hasher.digest == partial.file.digest
        }
    }
}
