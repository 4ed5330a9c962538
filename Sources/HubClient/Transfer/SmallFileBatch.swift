import RoostCore

/// Small files that are flushed together: those that are verified and in memory, and those that are on the disk already.
struct SmallFileBatch: Sendable {
    private(set) var files: [RepositoryFile] = []
    private(set) var unwritten: [FetchedFile] = []
    private var bytes = 0

    private static let mostFiles = 64
    /// The number of bytes in memory at which a batch is written.
    private static let mostBytes = 4 << 20

    /// Whether the batch is large enough to be written.
    var isFull: Bool { files.count >= Self.mostFiles || bytes >= Self.mostBytes }

    /// Adds a file.
    ///
    /// - Parameters:
    ///   - file: The file.
    ///   - content: Its content, unless it is on the disk already.
    mutating func add(_ file: RepositoryFile, _ content: FetchedFile?) {
        files.append(file)
        guard let content else { return }
        unwritten.append(content)
        bytes += content.content.count
    }
}
