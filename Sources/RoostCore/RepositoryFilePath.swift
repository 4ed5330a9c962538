/// The path of a file inside a repository, made safe: it can be joined to a folder and stays inside it, and the file systems of Linux and macOS can
/// hold it.
///
/// A listing comes from outside and is hostile until parsed. Two paths are equal when their bytes are: names that differ only in their Unicode form
/// are two files to Linux.
public struct RepositoryFilePath: Sendable, Hashable, CustomStringConvertible {
    /// The path with `/` between segments.
    public let description: String

    /// What keeps a text from being a path.
    public enum Fault: Sendable, Hashable {
        /// It could lead out of its folder: nobody lists such a file in good faith.
        case leadsOut
        /// A file system cannot hold it, or a terminal would obey it; why, as in `is longer than 255 bytes`.
        case cannotBeStored(String)
    }

    /// Parses a path as the Hub lists it.
    ///
    /// - Parameter text: The path with `/` between segments.
    /// - Throws: `RoostError` with code `hubProtocolViolation`.
    public init(parsing text: String) throws {
        switch Self.fault(of: text) {
        case nil: description = text
        case .leadsOut?:
            throw RoostError(
                .hubProtocolViolation,
                "The repository lists a file named \(text.quotedForPeople), which is not a safe file name; nothing was written. Tell the repository's owner."
            )
        case .cannotBeStored(let reason)?:
            throw RoostError(.hubProtocolViolation, "A file named \(text.quotedForPeople) cannot be stored here: its name \(reason).")
        }
    }

    /// What is wrong with a path: empty and absolute ones, `.`, `..` and empty segments and NUL lead out; segments over 255 bytes, paths over 1,024,
    /// and control characters cannot be stored.
    ///
    /// - Parameter text: The path with `/` between segments; hostile.
    /// - Returns: `nil` when nothing is.
    public static func fault(of text: String) -> Fault? {
        // By bytes: to `Character`, a slash followed by a combining mark is no slash, but to the file system it is.
        let segments = text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).map(Substring.init)
        guard segments.allSatisfy({ !$0.isEmpty && $0 != "." && $0 != ".." }), !text.utf8.contains(0) else { return .leadsOut }
        if text.unicodeScalars.contains(where: { $0.value < 0x20 || (0x7F...0x9F).contains($0.value) }) {
            return .cannotBeStored("has a control character")
        }
        if segments.contains(where: { $0.utf8.count > 255 }) { return .cannotBeStored("is longer than 255 bytes") }
        return text.utf8.count > 1024 ? .cannotBeStored("and its folders are longer than 1024 bytes") : nil
    }

    /// The segments between the slashes; at least one.
    public var segments: [String] { description.utf8.split(separator: UInt8(ascii: "/")).map { String(Substring($0)) } }

    /// The last segment.
    public var fileName: String { segments[segments.count - 1] }

    /// Whether the bytes are the same.
    public static func == (first: Self, second: Self) -> Bool { first.description.utf8.elementsEqual(second.description.utf8) }

    /// Hashes the bytes.
    ///
    /// - Parameter hasher: Where to.
    public func hash(into hasher: inout Hasher) {
        var text = description
        text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    }
}
