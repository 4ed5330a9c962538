package import HubClient
import ModelFormats
import RoostCore
import Synchronization
package import SystemPackage

/// The files of a running download for a reader at the same time: a read waits until its bytes have arrived.
///
/// The bytes of large files can be read before the whole file is verified. When some of them turn out to be wrong, all
/// bytes read so far are in doubt: every read then fails with `Damaged`, until the reader starts again.
package final class DownloadingFiles: CheckpointBytes {
    /// An error: bytes that were read may be wrong.
    package struct Damaged: Error {}

    private struct Arrival {
        var file: ReadableFile?
        /// The number of bytes from the start of the file that may be read.
        var end: Int64 = 0
        var isVerified = false
    }

    private struct State {
        var arrivals: [Arrival]
        /// The files that have to be complete before the weights are read, and are not yet.
        var missingCompanions: Set<RepositoryFilePath>
        var isDamaged = false
        var failure: (any Error)?
        var waiting: [Int: WakeSignal] = [:]
        var nextID = 0
    }

    private let places: [RepositoryFilePath: Int]
    private let state: Mutex<State>

    /// - Parameters:
    ///   - files: The files, in the order of their numbers.
    ///   - companions: The other files that the reader waits for.
    package init(_ files: [RepositoryFile], companions: [RepositoryFile]) {
        places = Dictionary(uniqueKeysWithValues: files.enumerated().map { ($1.path, $0) })
        state = Mutex(State(arrivals: files.map { _ in Arrival() }, missingCompanions: Set(companions.map(\.path))))
    }

    /// Reports the readable start of a file and its path. Fewer bytes than before mean that some of them were wrong.
    package func report(_ file: RepositoryFile, at path: FilePath, end: Int64) {
        guard let place = places[file.path] else { return }
        wake { state in
            if end < state.arrivals[place].end {
                state.isDamaged = true
                state.arrivals[place] = Arrival()
            }
            // The file is opened once, since it keeps its content when it gets its final name. One that is already gone
            // is opened in `verified`.
            if state.arrivals[place].file == nil { state.arrivals[place].file = try? ReadableFile(path) }
            if state.arrivals[place].file != nil { state.arrivals[place].end = end }
        }
    }

    /// Reports that a file is complete and verified.
    package func verified(_ file: RepositoryFile, at path: FilePath) {
        guard let place = places[file.path] else { return wake { $0.missingCompanions.remove(file.path) } }
        do {
            let opened = try ReadableFile(path)
            wake { $0.arrivals[place] = Arrival(file: $0.arrivals[place].file ?? opened, end: file.size, isVerified: true) }
        } catch {
            fail(RoostError(.fileSystem, "Cannot open \(path): \(error). Check the folder's permissions and the disk.", cause: error))
        }
    }

    /// Reports that no more bytes will arrive.
    package func fail(_ error: any Error) { wake { $0.failure = error } }

    /// Allows a reader to start again after `Damaged`.
    package func forgetDoubt() { wake { $0.isDamaged = false } }

    /// Waits until the companions are complete. Wrong bytes of weights do not affect them.
    ///
    /// - Throws: The error that ended the download; `CancellationError`.
    package func companionsVerified() async throws { try await waiting(failsIfDamaged: false) { $0.missingCompanions.isEmpty ? () : nil } }

    /// Waits until all files are complete and verified.
    ///
    /// - Throws: `Damaged`; the error that ended the download; `CancellationError`.
    package func allVerified() async throws { try await waiting { $0.arrivals.allSatisfy(\.isVerified) ? () : nil } }

    package func read(file: Int, at offset: Int64, into buffer: UnsafeMutableRawBufferPointer) async throws {
        let end = offset + Int64(buffer.count)
        let source = try await waiting { $0.arrivals[file].end >= end ? $0.arrivals[file].file : nil }
        try source.read(at: offset, into: buffer)
    }

    private func waiting<Value>(failsIfDamaged: Bool = true, _ look: (State) -> Value?) async throws -> Value {
        let signal = WakeSignal()
        let id = state.withLock { state in
            state.nextID += 1
            state.waiting[state.nextID] = signal
            return state.nextID
        }
        defer { _ = state.withLock { $0.waiting.removeValue(forKey: id) } }
        while true {
            let (value, isDamaged, failure) = state.withLock { (look($0), $0.isDamaged, $0.failure) }
            if isDamaged, failsIfDamaged { throw Damaged() }
            if let value { return value }
            if let failure { throw failure }
            try Task.checkCancellation()
            await signal.next()
        }
    }

    private func wake(_ change: (inout State) -> Void) {
        let signals = state.withLock { state in
            change(&state)
            return Array(state.waiting.values)
        }
        for signal in signals { signal.signal() }
    }
}

/// A file open for reading. It is closed when the last reference to it is released.
private final class ReadableFile: Sendable {
    private let path: FilePath
    private let descriptor: FileDescriptor

    init(_ path: FilePath) throws {
        self.path = path
        descriptor = try FileDescriptor.open(path, .readOnly, options: [.closeOnExec])
    }

    // The file was only read, so an error on closing loses nothing.
    deinit { try? descriptor.close() }

    func read(at offset: Int64, into buffer: UnsafeMutableRawBufferPointer) throws {
        var filled = 0
        while filled < buffer.count {
            let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[filled...])
            let count: Int
            do {
                count = try descriptor.read(fromAbsoluteOffset: offset + Int64(filled), into: rest)
            } catch let failure as Errno {
                throw RoostError(.fileSystem, "Cannot read \(path): \(failure). Check the disk, and pull again.", cause: failure)
            }
            guard count > 0 else { throw RoostError(.fileSystem, "\(path) became shorter during reading. Pull again.") }
            filled += count
        }
    }
}
