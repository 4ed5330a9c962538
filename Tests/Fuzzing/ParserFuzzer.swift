import Foundation
import NIOHTTP1

@testable import HubClient
@testable import RoostCore
@testable import RoostServer

/// A parser of text that comes from outside, and what must hold of whatever it accepts. A broken rule ends the process, which the fuzzer reports.
enum ParserFuzzer: String, CaseIterable {
    case path, range, contentRange = "content-range", retryAfter = "retry-after", link, tree, pattern, json, sentencePiece = "sentence-piece"

    /// Parses one input.
    func run(_ bytes: UnsafeRawBufferPointer) {
        let text = String(decoding: bytes, as: UTF8.self)
        switch self {
        case .path: Self.path(text)
        case .range: Self.range(text)
        case .contentRange:
            guard let range = ContentRange(text) else { return }
            precondition(range.start >= 0 && range.end >= range.start && (range.total ?? .max) > range.end)
        case .retryAfter: Self.retryAfter(text)
        case .link: _ = LinkHeader.next(in: [text])
        case .tree: Self.tree(Data(bytes))
        case .pattern:
            let parts = text.split(separator: "\n", maxSplits: 1, omittingEmptySubsequences: false)
            _ = GlobPattern(String(parts[0])).matches(parts.count > 1 ? String(parts[1]) : "")
        case .json: Self.json(Array(bytes))
        case .sentencePiece: Self.sentencePiece(Array(bytes))
        }
    }

    /// What is accepted stays below the folder it is put in, on every system.
    private static func path(_ text: String) {
        guard let path = try? RepositoryFilePath(parsing: text) else { return }
        precondition(!path.segments.isEmpty && path.segments.joined(separator: "/") == path.description)
        for segment in path.segments {
            precondition(segment != "." && segment != ".." && !segment.isEmpty && segment.utf8.count <= 255)
            precondition(!segment.contains { $0 == "/" || $0 == "\\" || $0 == "\0" })
        }
    }

    private static func range(_ text: String) {
        for size: Int64 in [0, 1, 1000, .max] {
            if case .part(let part) = RequestedRange(text, size: size) {
                precondition(part.lowerBound >= 0 && part.upperBound <= size && !part.isEmpty)
            }
        }
    }

    private static func retryAfter(_ text: String) {
        for name in ["Retry-After", "RateLimit"] {
            // Header values with line ends do not reach a parser.
            let headers = HTTPHeaders([(name, text.filter { $0 != "\n" && $0 != "\r" && $0 != "\r\n" })])
            if let pause = RetryAfter.parse(headers, now: Date(timeIntervalSince1970: 1_800_000_000)) {
                precondition(pause >= .zero && pause <= .seconds(3600))
            }
        }
    }

    private static func tree(_ json: Data) {
        var listing = TreeListing()
        guard (try? listing.add(page: json)) != nil, let files = try? listing.checkedFiles() else { return }
        precondition(files.allSatisfy { (0...1 << 60).contains($0.size) })
        precondition(Set(files.map { $0.path.description.lowercased() }).count == files.count)
    }
}
