/// The meaning of a `Range` header for a file of a known size (RFC 9110, section 14). Units other than bytes, several
/// ranges and malformed headers are ignored, as the RFC allows: the response is then the complete file.
package enum RequestedRange: Sendable, Hashable {
    /// The complete file.
    case whole
    /// A part of the file: at least one byte, and all within the file.
    case part(Range<Int64>)
    /// No part of the file: status 416.
    case unsatisfiable

    /// Parses a header.
    ///
    /// - Parameters:
    ///   - header: `bytes=a-b`, `bytes=a-` or `bytes=-n`; `nil` if it is absent.
    ///   - size: The file's size in bytes.
    package init(_ header: String?, size: Int64) {
        self = .whole
        guard let header, header.lowercased().hasPrefix("bytes=") else { return }
        let bounds = header.dropFirst("bytes=".count).split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        guard bounds.count == 2 else { return }
        switch (Self.number(bounds[0]), Self.number(bounds[1])) {
        case (let first?, let last?) where first <= last:
            // `last` may be the maximum of its type.
            self = first < size ? .part(first..<(min(last, size - 1) + 1)) : .unsatisfiable
        case (let first?, nil) where bounds[1].isEmpty:
            self = first < size ? .part(first..<size) : .unsatisfiable
        case (nil, let count?) where bounds[0].isEmpty:
            self = count > 0 && size > 0 ? .part(max(0, size - count)..<size) : .unsatisfiable
        default: return
        }
    }

    /// A number in digits only. A number that is too great for the type becomes the type's maximum.
    private static func number(_ text: Substring) -> Int64? {
        guard !text.isEmpty, text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else { return nil }
        return Int64(text) ?? .max
    }
}
