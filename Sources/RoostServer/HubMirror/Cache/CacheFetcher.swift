import HubClient
import Logging
import RoostCore
import SystemPackage

/// Brings a file into the cache for everybody who waits for it, or verifies one that is there.
struct CacheFetcher: Sendable {
    let hub: HubClient
    /// Whether only what is in the cache is served.
    let isOffline: Bool
    let digests: DigestStore
    let logger: Logger

    /// Brings a file.
    ///
    /// - Parameter arrival: Who waits, and for what; hears of the bytes as they come.
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
        observer.onGrown = { _, path, end in arrival.tell(end, at: path) }
        return observer
    }

    /// Hashes a file that is there, whoever put it there.
    ///
    /// - Returns: `nil` when there is none, or a damaged one.
    private func verify(_ arrival: MirrorArrival) async throws -> OpenFile? {
        let file = arrival.file
        guard let location = hub.heldFile(file, in: arrival.revision)?.resolvingLinks() else { return nil }
        let open = try await OpenFile.open(location)
        let isLarge = if case .sha256 = file.digest { true } else { false }
        let digest = try await FileDigester.digest(of: open, isLarge: isLarge) { hashed in
            if hashed < file.size { arrival.tell(hashed, at: location) }
        }
        guard digest == file.digest, !open.hasChanged else {
            logger.warning("A file in the cache is damaged.", metadata: ["file": "\(location)"])
            arrival.tell(0, at: location)
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
