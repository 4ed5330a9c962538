/// The path of a file within a repository, checked: joined to a folder it stays inside that folder, and the file
/// systems of Linux and macOS can store it.
///
/// Listings come from the network and are untrusted. Two paths are equal when their bytes are equal: names that differ
/// only in their Unicode normalisation are two files on Linux.
public struct RepositoryFilePath: Sendable, Hashable, CustomStringConvertible {
    /// The path with `/` between its segments.
    public let description: String

    /// A reason to reject a path.
    public enum Fault: Sendable, Hashable {
        /// The path could lead out of its folder, as in an attack.
        case leadsOut
        /// A file system cannot store the path, or a terminal would interpret it; the reason, as in `is longer than 255
        /// bytes`.
        case cannotBeStored(String)
    }

    /// Parses a path in the Hub's form.
    ///
    /// - Parameter text: The path with `/` between its segments.
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

    /// Returns what is wrong with a path. Empty and absolute paths, `.`, `..`, empty segments and NUL lead out;
    /// segments over 255 bytes, paths over 1,024 bytes, and control characters cannot be stored.
    ///
    /// - Parameter text: The path with `/` between its segments; untrusted.
    /// - Returns: The fault; `nil` for a valid path.
    public static func fault(of text: String) -> Fault? {
        // Compares bytes: a slash followed by a combining mark is one `Character`, but a slash to the file system.
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

    /// Returns whether the bytes are equal.
    public static func == (first: Self, second: Self) -> Bool { first.description.utf8.elementsEqual(second.description.utf8) }

    /// Hashes the bytes.
    ///
    /// - Parameter hasher: The hasher.
    public func hash(into hasher: inout Hasher) {
        var text = description
        text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    }
}
