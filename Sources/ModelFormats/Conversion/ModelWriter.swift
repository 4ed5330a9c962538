import Hashing
public import RoostCore
public import SystemPackage

/// Writes the GGUF file of a plan: one pass over the checkpoint, a few slabs in memory, and sequential reading and
/// writing. Several tasks convert slabs in parallel, and the slabs are written in order. If the process is killed, the
/// next one continues its file.
public struct ModelWriter: Sendable {
    private let plan: ConversionPlan
    private let slabs: SlabEncoder
    private let workers: Int
    private let flushInterval: Int64

    /// The progress of writing.
    public struct Progress: Sendable, Hashable {
        /// The bytes written so far.
        public let bytes: Int64
        /// The size of the complete file in bytes.
        public let totalBytes: Int64
        /// The number of written tensors.
        public let tensors: Int
        /// The number of all tensors in the file.
        public let totalTensors: Int
    }

    /// Creates a writer.
    ///
    /// - Parameters:
    ///   - plan: The plan of the file.
    ///   - bytes: The checkpoint's files.
    ///   - encoder: An encoder that supports all types of the plan.
    ///   - workers: The number of slabs to convert in parallel.
    public init(plan: ConversionPlan, bytes: any CheckpointBytes, encoder: any TensorEncoder, workers: Int) {
        self.init(plan: plan, bytes: bytes, encoder: encoder, workers: workers, flushInterval: OutputFile.flushInterval)
    }

    init(plan: ConversionPlan, bytes: any CheckpointBytes, encoder: any TensorEncoder, workers: Int, flushInterval: Int64) {
        self.flushInterval = flushInterval
        self.plan = plan
        self.slabs = SlabEncoder(plan: plan, bytes: bytes, encoder: encoder)
        self.workers = max(1, workers)
    }

    /// Writes the file and gives it its final name.
    ///
    /// - Parameters:
    ///   - target: The final path. An existing file is replaced when the new one is complete.
    ///   - revision: A value, such as a commit, that distinguishes this checkpoint from another one whose files have
    ///     the same names and sizes.
    ///   - progress: Called after each slab, in order.
    ///   - beforeInstalling: Called after all bytes are written. If it throws, for example because of a wrong digest,
    ///     the file is removed.
    /// - Returns: The file's sha256.
    /// - Throws: `RoostError`, `CancellationError`, and the errors of reading. The written bytes are kept for the next
    ///   attempt; see `discard`.
    @discardableResult public func write(
        to target: FilePath, revision: String, progress: @Sendable (Progress) -> Void = { _ in }, beforeInstalling: () async throws -> Void = {}
    ) async throws -> ContentDigest {
        let header = plan.header
        let start = Int64(header.bytes.count)
        let ends = header.tensors.map { start + ($0.offset + $0.byteCount).roundedUp(toMultipleOf: GGUFHeader.alignment) }
        let file = try OutputFile(target, identity: identity(revision), ends: ends, flushInterval: flushInterval)
        if file.position == 0 { try file.append(header.bytes) }
        try DiskSpace.check(for: header.fileSize - file.position, at: target)
        try await writeSlabs(to: file, progress)
        guard file.position == header.fileSize else { throw RoostError(.unexpected, "The converted file does not have the planned size.") }
        do { try await beforeInstalling() } catch {
            Self.discard(target)
            throw error
        }
        return try file.install()
    }

    /// Removes the files of an unfinished conversion.
    ///
    /// - Parameter target: The final path.
    public static func discard(_ target: FilePath) { OutputFile.discard(target) }

    private func writeSlabs(to file: OutputFile, _ progress: (Progress) -> Void) async throws {
        var waiting = SlabSequence(plan.tensors, from: file.finishedParts).makeIterator()
        var window = SlabWindow(workers: workers)
        try await withThrowingTaskGroup(of: (number: Int, slab: Slab, bytes: [UInt8]).self) { group in
            func startMore() {
                while window.hasRoom, let slab = waiting.next() {
                    let number = window.begin(slab)
                    group.addTask(executorPreference: ConversionThreads.shared) { [slabs] in (number, slab, try await slabs.encode(slab)) }
                }
            }
            startMore()
            while let done = try await group.next() {
                window.finish(done.number, done.slab, done.bytes)
                startMore()
                while let (slab, bytes) = window.next() {
                    try Task.checkCancellation()
                    try append(bytes, of: slab, to: file)
                    progress(state(file, slab))
                    startMore()
                }
            }
        }
    }

    private func append(_ bytes: [UInt8], of slab: Slab, to file: OutputFile) throws {
        try file.append(bytes)
        guard slab.isLast else { return }
        let padding = file.position.roundedUp(toMultipleOf: GGUFHeader.alignment) - file.position
        if padding > 0 { try file.append([UInt8](repeating: 0, count: Int(padding))) }
        try file.finishPart(slab.tensor + 1)
    }

    private func state(_ file: OutputFile, _ slab: Slab) -> Progress {
        Progress(
            bytes: file.position, totalBytes: plan.header.fileSize, tensors: slab.tensor + (slab.isLast ? 1 : 0), totalTensors: plan.tensors.count)
    }

    /// The identity of the file: its header and the files with its numbers.
    private func identity(_ revision: String) -> String {
        var digest = SHA256()
        digest.update(data: plan.header.bytes)
        for file in plan.checkpoint.files { digest.update(data: Array("\(file.name)\n\(file.size)\n".utf8)) }
        digest.update(data: Array(revision.utf8))
        return "roost conversion 1 \(digest.finalize().map { String($0, radix: 16) }.joined(separator: "."))"
    }
}
