import Foundation
import NIOCore
import RoostCore

/// Writes a list as JSON in pieces on threads for long work, so that a long list needs little memory and delays no
/// other request.
struct JSONList<Entries: IteratorProtocol & Sendable>: Sendable where Entries.Element: Encodable {
    private var entries: Entries
    private var start: String
    private let end: String
    private let pieceSize: Int
    private var hasEntries = false
    /// Whether the whole list is written.
    private(set) var isOver = false

    /// Creates a list that is not written yet.
    ///
    /// - Parameters:
    ///   - entries: The list.
    ///   - start: The JSON text before the list, with the opening bracket.
    ///   - end: The JSON text after the list, with the closing bracket.
    ///   - pieceSize: The number of entries in a piece, at least 1.
    init(_ entries: Entries, before start: String, after end: String, pieceSize: Int) {
        self.entries = entries
        self.start = start
        self.end = end
        self.pieceSize = pieceSize
    }

    /// Writes the next piece.
    ///
    /// - Returns: The piece; `nil` when the whole list is written.
    /// - Throws: An error when an entry cannot be encoded; `CancellationError`.
    mutating func next() async throws -> ByteBuffer? {
        guard !isOver else { return nil }
        let (piece, list) = try await WorkThreads.run { [self] in
            var list = self
            return (try list.write(), list)
        }
        self = list
        return piece
    }

    private mutating func write() throws -> ByteBuffer {
        var piece = ByteBuffer(string: start)
        start = ""
        var batch: [Entries.Element] = []
        while batch.count < pieceSize, let entry = entries.next() { batch.append(entry) }
        isOver = batch.count < pieceSize
        if !batch.isEmpty {
            if hasEntries { piece.writeString(",") }
            hasEntries = true
            piece.writeBytes(try JSONEncoder.mirror.encode(batch).dropFirst().dropLast())
        }
        if isOver { piece.writeString(end) }
        return piece
    }
}

/// The entries of a list, each created from an element of an array when it is needed.
struct JSONEntries<Element: Sendable, Entry>: IteratorProtocol, Sendable {
    private var elements: ArraySlice<Element>
    private let make: @Sendable (Element) -> Entry?

    /// - Parameters:
    ///   - elements: The elements.
    ///   - make: Creates an entry; `nil` leaves the element out.
    init(of elements: [Element], _ make: @escaping @Sendable (Element) -> Entry?) {
        self.elements = elements[...]
        self.make = make
    }

    mutating func next() -> Entry? {
        while let element = elements.popFirst() {
            if let entry = make(element) { return entry }
        }
        return nil
    }
}
