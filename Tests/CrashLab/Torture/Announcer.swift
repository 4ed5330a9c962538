#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Tells the parent what has happened, so that it knows after a `kill -9` or a power cut what was acknowledged.
///
/// A line is one write(2) to standard output, unbuffered: it is out as a whole, or not at all.
enum Announcer {
    /// Says one line.
    ///
    /// - Parameter words: A verb and its objects, separated by single spaces; the verbs ending in "ing" announce what is about to be tried.
    static func say(_ words: String) {
        let line = Array("\(words)\n".utf8)
        guard write(STDOUT_FILENO, line, line.count) == line.count else { exit(70) }
    }
}
