import DurableFiles
import Foundation
import NIOPosix
import SystemPackage

/// The files of one run of an engine: its socket, its temporary folder and its home.
///
/// Calls of the file system can block as long as the disk does, so they run on other threads than the supervisor.
struct EngineFiles: Sendable {
    /// The socket.
    let socket: FilePath
    /// The folder that the engine may use as its home; `nil` if it uses that of the user.
    let home: FilePath?

    /// Makes the folders of an engine before its start, and removes the socket of an earlier process, which would make
    /// the bind fail.
    ///
    /// - Throws: `RoostError` with code `fileSystem` or `insufficientSpace`; `CancellationError`.
    func prepare() async throws {
        try await NIOThreadPool.singleton.runIfActive {
            removeSocket()
            for folder in [home, temporary].compactMap(\.self) { try FileSystem.makePrivateFolder(folder) }
        }
    }

    /// Makes the socket private. The guard's umask already does; this covers an engine that sets its own umask.
    func protectSocket() async {
        await run { try? FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: socket.string) }
    }

    /// Removes the socket and the temporary folder after the end of an engine, also in a task that was cancelled.
    func remove() async {
        await run {
            removeSocket()
            try? FileManager.default.removeItem(atPath: temporary.string)
        }
    }

    private var temporary: FilePath { RuntimeDirectory.temporaryFolder(for: socket) }

    // What remains is harmless, and is removed at the next start of Roost.
    private func removeSocket() { try? FileManager.default.removeItem(atPath: socket.string) }

    /// Runs some work whether the task was cancelled or not.
    private func run(_ work: @escaping @Sendable () -> Void) async {
        await withCheckedContinuation { done in
            NIOThreadPool.singleton.submit { _ in
                work()
                done.resume()
            }
        }
    }
}
