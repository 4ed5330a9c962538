package import HubClient
import ModelFormats
import RoostCore
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
    }

    private let places: [RepositoryFilePath: Int]
    private let state: WatchedState<State>

    /// - Parameters:
    ///   - files: The files, in the order of their numbers.
    ///   - companions: The other files that the reader waits for.
    package init(_ files: [RepositoryFile], companions: [RepositoryFile]) {
        places = Dictionary(uniqueKeysWithValues: files.enumerated().map { ($1.path, $0) })
        state = WatchedState(State(arrivals: files.map { _ in Arrival() }, missingCompanions: Set(companions.map(\.path))))
    }

    /// Reports the readable start of a file and its path. Fewer bytes than before mean that some of them were wrong.
    package func report(_ file: RepositoryFile, at path: FilePath, end: Int64) {
        guard let place = places[file.path] else { return }
        state.change { state in
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
        guard let place = places[file.path] else { return state.change { $0.missingCompanions.remove(file.path) } }
        do {
            let opened = try ReadableFile(path)
            state.change { $0.arrivals[place] = Arrival(file: $0.arrivals[place].file ?? opened, end: file.size, isVerified: true) }
        } catch {
            fail(RoostError(.fileSystem, "Cannot open \(path): \(error). Check the folder's permissions and the disk.", cause: error))
        }
    }

    /// Reports that no more bytes will arrive.
    package func fail(_ error: any Error) { state.change { $0.failure = error } }

    /// Allows a reader to start again after `Damaged`.
    package func forgetDoubt() { state.change { $0.isDamaged = false } }

    /// Waits until the companions are complete. Wrong bytes of weights do not affect them.
    ///
    /// - Throws: The error that ended the download; `CancellationError`.
    package func companionsVerified() async throws { try await wait(failsIfDamaged: false) { $0.missingCompanions.isEmpty ? () : nil } }

    /// Waits until all files are complete and verified.
    ///
    /// - Throws: `Damaged`; the error that ended the download; `CancellationError`.
    package func allVerified() async throws { try await wait { $0.arrivals.allSatisfy(\.isVerified) ? () : nil } }

    package func read(file: Int, at offset: Int64, into buffer: UnsafeMutableRawBufferPointer) async throws {
        let end = offset + Int64(buffer.count)
        let source = try await wait { $0.arrivals[file].end >= end ? $0.arrivals[file].file : nil }
        try source.read(at: offset, into: buffer)
    }

    private func wait<Value>(failsIfDamaged: Bool = true, for look: (State) -> Value?) async throws -> Value {
        try await state.wait { state in
            if state.isDamaged, failsIfDamaged { throw Damaged() }
            if let value = look(state) { return value }
            if let failure = state.failure { throw failure }
            return nil
        }
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
