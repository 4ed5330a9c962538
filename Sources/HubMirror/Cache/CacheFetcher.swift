import HubClient
import Logging
import RoostCore
import SystemPackage

/// Fetches files into the cache for all clients that wait for them, or verifies those that are already there.
struct CacheFetcher: Sendable {
    let hub: HubClient
    /// Whether only files in the cache are served.
    let isOffline: Bool
    let digests: DigestStore
    let logger: Logger

    /// Fetches a file.
    ///
    /// - Parameter arrival: The file, with the clients that wait for it; it receives the progress.
    /// - Returns: The whole file, verified.
    /// - Throws: `RoostError`; `MirrorError`; `CancellationError`.
    func bring(_ arrival: MirrorArrival) async throws -> OpenFile {
        if let found = try await verify(arrival) { return found }
        guard !isOffline else { throw MirrorError.damaged(arrival.file.path.description) }
        let observer = observer(of: arrival)
        try await hub.download([arrival.file], in: arrival.revision, observer: observer)
        guard let location = hub.heldFile(arrival.file, in: arrival.revision)?.resolvingLinks() else { throw Errno.noSuchFileOrDirectory }
        let open = try await OpenFile.open(location)
        await remember(arrival.file.digest, location, open)
        return open
    }

    private func observer(of arrival: MirrorArrival) -> DownloadObserver {
        var observer = DownloadObserver(onProgress: { _, _ in })
        observer.onGrown = { _, path, end in arrival.report(end, at: path) }
        return observer
    }

    /// Verifies a file in the cache, whichever program wrote it.
    ///
    /// - Returns: The file; `nil` when there is none or it is damaged.
    private func verify(_ arrival: MirrorArrival) async throws -> OpenFile? {
        let file = arrival.file
        guard let location = hub.heldFile(file, in: arrival.revision)?.resolvingLinks() else { return nil }
        let open = try await OpenFile.open(location)
        let isLarge = if case .sha256 = file.digest { true } else { false }
        let digest = try await FileDigester.digest(of: open, isLarge: isLarge) { hashed in
            // Nothing of the last piece may be sent before the digest is checked below.
            if hashed < file.size { arrival.report(hashed, at: location) }
        }
        guard digest == file.digest, !open.hasChanged else {
            logger.warning("A file in the cache is damaged.", metadata: ["file": "\(location)"])
            arrival.report(0, at: location)
            return nil
        }
        await remember(digest, location, open)
        return open
    }

    private func remember(_ digest: ContentDigest, _ location: FilePath, _ open: OpenFile) async {
        await digests.remember(digest, at: location, open.stamp)
        await digests.save()
    }
}
