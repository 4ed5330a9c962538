/// What was removed from the Hub cache and from what Roost made of it, or would be.
public struct CacheCleanup: Sendable, Codable, Hashable {
    /// Whether nothing was removed, only looked for.
    public var isDryRun: Bool
    /// What is gone, or would be.
    public var removed: [Item]
    /// What these take on the disk together, in bytes.
    public var freedBytes: Int64
    /// What stays although it was looked at, and why.
    public var kept: [Kept]

    /// Something that was removed.
    public struct Item: Sendable, Codable, Hashable {
        /// What it is.
        public var kind: Kind
        /// Where it is, below the cache.
        public var path: String
        /// What it takes on the disk, in bytes.
        public var bytes: Int64

        /// Makes an entry.
        ///
        /// - Parameters:
        ///   - kind: What it is.
        ///   - path: Where it is, below the cache.
        ///   - bytes: What it takes on the disk.
        public init(kind: Kind, path: String, bytes: Int64) {
            self.kind = kind
            self.path = path
            self.bytes = bytes
        }
    }

    /// What can be removed.
    public enum Kind: String, Sendable, Codable, Hashable {
        /// Content that no snapshot links to.
        case blob
        /// Content in the store that repositories share.
        case sharedBlob = "shared_blob"
        /// What an unfinished download left.
        case partial
        /// A file or folder that was to be renamed or deleted a moment later.
        case temporary
        /// A commit's folder.
        case snapshot
        /// A file of a commit.
        case file
        /// A model that Roost made of weights.
        case conversion
    }

    /// Something that stays.
    public struct Kept: Sendable, Codable, Hashable {
        /// Where it is, below the cache.
        public var path: String
        /// Why.
        public var reason: String

        /// Makes an entry.
        ///
        /// - Parameters:
        ///   - path: Where it is, below the cache.
        ///   - reason: Why.
        public init(path: String, reason: String) {
            self.path = path
            self.reason = reason
        }
    }

    /// Begins a report.
    ///
    /// - Parameter isDryRun: Whether nothing is removed.
    public init(isDryRun: Bool) {
        self.isDryRun = isDryRun
        removed = []
        freedBytes = 0
        kept = []
    }

    /// Notes something that is gone, or would be.
    ///
    /// - Parameters:
    ///   - kind: What it is.
    ///   - path: Where it is, below the cache.
    ///   - bytes: What it takes on the disk.
    public mutating func note(_ kind: Kind, _ path: String, bytes: Int64) {
        removed.append(Item(kind: kind, path: path, bytes: bytes))
        freedBytes += bytes
    }

    private enum CodingKeys: String, CodingKey {
        case removed, kept
        case isDryRun = "dry_run"
        case freedBytes = "freed_bytes"
    }
}
