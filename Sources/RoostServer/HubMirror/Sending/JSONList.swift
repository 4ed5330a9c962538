import Foundation
import NIOCore

/// Writes a list as JSON piece by piece, on threads that may take their time, so that neither memory nor other requests suffer however long it is.
struct JSONList<Entries: IteratorProtocol & Sendable>: Sendable where Entries.Element: Encodable {
    private var entries: Entries
    private var start: String
    private let end: String
    private let pieceSize: Int
    private var hasEntries = false
    /// Whether everything is written.
    private(set) var isOver = false

    /// Makes a list that is not written yet.
    ///
    /// - Parameters:
    ///   - entries: The list.
    ///   - start: What comes before it, with an opening bracket.
    ///   - end: What comes after it, with a closing one.
    ///   - pieceSize: Entries in a piece, at least 1.
    init(_ entries: Entries, before start: String, after end: String, pieceSize: Int) {
        self.entries = entries
        self.start = start
        self.end = end
        self.pieceSize = pieceSize
    }

    /// Writes the next piece.
    ///
    /// - Returns: `nil` when everything is written.
    /// - Throws: When an entry cannot be encoded; `CancellationError`.
    mutating func next() async throws -> ByteBuffer? {
        guard !isOver else { return nil }
        let (piece, list) = try await MirrorThreads.run { [self] in
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

/// The entries of a list, each made of an element of an array when its turn comes.
struct JSONEntries<Element: Sendable, Entry>: IteratorProtocol, Sendable {
    private var elements: ArraySlice<Element>
    private let make: @Sendable (Element) -> Entry?

    /// - Parameters:
    ///   - elements: The elements.
    ///   - make: Makes an entry; `nil` leaves the element out.
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
