import Foundation
public import RoostCore

/// A page of a listing.
public struct JobPage: Sendable {
    /// The jobs, newest first.
    public let jobs: [Job]
    /// The place where the next page begins; `nil` if this is the last page.
    public let next: JobCursor?

    package init(jobs: [Job], next: JobCursor?) {
        self.jobs = jobs
        self.next = next
    }
}

/// The place in a listing where the next page begins. Jobs that are created or finish between two pages do not shift
/// it: no job is shown twice, and no existing job is left out.
public struct JobCursor: Sendable, Hashable, CustomStringConvertible {
    /// The place, in the form of the store that made it. From a request it may be malicious.
    package let bytes: [UInt8]

    package init(bytes: [UInt8]) { self.bytes = bytes }

    /// Parses a text that `description` returned.
    ///
    /// - Parameter text: A text from a request, which may be malicious.
    public init?(parsing text: String) {
        guard (1...512).contains(text.utf8.count), !text.utf8.contains(where: { "+/=".utf8.contains($0) }) else { return nil }
        let padding = String(repeating: "=", count: (4 - text.utf8.count % 4) % 4)
        guard let data = Data(base64Encoded: text.replacing("-", with: "+").replacing("_", with: "/") + padding) else { return nil }
        bytes = Array(data)
    }

    /// A text of URL-safe characters, which clients send back unchanged.
    public var description: String {
        Data(bytes).base64EncodedString().replacing("=", with: "").replacing("+", with: "-").replacing("/", with: "_")
    }
}
