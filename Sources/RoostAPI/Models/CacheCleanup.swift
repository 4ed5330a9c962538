/// The result of cleaning up the Hub cache and the converted models, or its preview.
package struct CacheCleanup: Sendable, Codable, Hashable {
    /// Whether this is a preview: nothing was removed.
    package var isDryRun: Bool
    /// The removed items, or those that would be removed.
    package var removed: [Item]
    /// The disk space of these items together, in bytes.
    package var freedBytes: Int64
    /// The items that were examined and kept, with the reasons.
    package var kept: [Kept]

    /// Something that was removed.
    package struct Item: Sendable, Codable, Hashable {
        /// The kind of the item.
        package var kind: Kind
        /// The path, relative to the cache.
        package var path: String
        /// The disk space in bytes.
        package var bytes: Int64
    }

    /// The kind of a removable item.
    package enum Kind: String, Sendable, Codable, Hashable {
        /// Content that no snapshot links to.
        case blob
        /// Content in the store that repositories share.
        case sharedBlob = "shared_blob"
        /// The rest of an unfinished download.
        case partial
        /// A file or folder that a program was about to rename or delete.
        case temporary
        /// The folder of a commit.
        case snapshot
        /// A file of a commit.
        case file
        /// A converted model.
        case conversion
    }

    /// An item that was kept.
    package struct Kept: Sendable, Codable, Hashable {
        /// The path, relative to the cache.
        package var path: String
        /// The reason.
        package var reason: String

        /// Creates an item.
        package init(path: String, reason: String) {
            self.path = path
            self.reason = reason
        }
    }

    /// Creates an empty report.
    package init(isDryRun: Bool) {
        self.isDryRun = isDryRun
        removed = []
        freedBytes = 0
        kept = []
    }

    /// Adds an item that was removed, or would be.
    ///
    /// - Parameters:
    ///   - kind: The kind of the item.
    ///   - path: The path, relative to the cache.
    ///   - bytes: The disk space.
    package mutating func note(_ kind: Kind, _ path: String, bytes: Int64) {
        removed.append(Item(kind: kind, path: path, bytes: bytes))
        freedBytes += bytes
    }

    private enum CodingKeys: String, CodingKey {
        case removed, kept
        case isDryRun = "dry_run"
        case freedBytes = "freed_bytes"
    }
}
