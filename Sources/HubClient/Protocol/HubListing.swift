/// The files of a repository at one commit that this machine can store.
public struct HubListing: Sendable, Hashable {
    /// The files that can be pulled, in the Hub's order. All paths are safe and different, and sizes are 0 to 2^60.
    public var files: [RepositoryFile]
    /// The files that cannot be stored.
    public var skipped: [SkippedFile] = []
}
