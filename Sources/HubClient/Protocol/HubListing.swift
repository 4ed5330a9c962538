/// The files of a repository at one commit, as far as this machine can hold them.
public struct HubListing: Sendable, Hashable {
    /// What can be pulled, in the Hub's order: every path is safe, no two clash, sizes are 0 to 2^60.
    public var files: [RepositoryFile]
    /// What cannot.
    public var skipped: [SkippedFile] = []
}
